using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Policies;

/// <param name="Password">Whether the password is the usual way; where it is not, one owner still has it.</param>
/// <param name="RememberDays">For how many days a browser may be remembered instead of a code; 0: not at all.</param>
internal sealed record SignInWays(bool Password, IReadOnlyList<SignInProvider> Providers, int RememberDays = 0);

internal sealed record SignInProvider(Guid Id, string Name, string Preset);

/// <summary><c>GET /api/v1/session/options</c>: what the sign-in page offers. Says nothing about anybody.</summary>
internal static class SignInOptions
{
    /// <param name="workspace">Only needed where a server has several.</param>
    public static async Task<IResult> Handle(Guid? workspace, SignInPolicies policies, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var found = await db.Table<Workspace>().AsNoTracking().Where(one => workspace == null || one.Id == workspace).Take(2).ToListAsync(ct);
        if (found is not [var only])
            return workspace is null ? TypedResults.Ok(new SignInWays(true, [])) : Refusal.NotFound().ToProblem();
        var providers = await db.Table<SsoProvider>().AsNoTracking().Where(provider => provider.Ws == only.Ws && provider.Enabled && provider.DeletedAt == null)
            .OrderBy(provider => provider.CreatedAt).Select(provider => new SignInProvider(provider.Id, provider.Name, provider.Preset)).ToListAsync(ct);
        var policy = await policies.Of(only.Ws, ct);
        return TypedResults.Ok(new SignInWays(!policy.SsoOnly, providers, policy.Trust?.Days ?? 0));
    }
}
