using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Support;

internal static class QuickPasswords
{
    /// <summary>
    /// Passwords of a test protect nobody: a fifth of a second of a core for each was a large part of all tests. What the real ones
    /// cost is tested with <see cref="PasswordHashing"/> itself.
    /// </summary>
    public static IServiceCollection AddQuickPasswords(this IServiceCollection services) => services.AddSingleton(_ => new PasswordHashing(workers: 2, iterations: 1000));
}
