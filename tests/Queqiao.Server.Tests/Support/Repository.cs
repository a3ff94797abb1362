namespace Queqiao.Server.Tests.Support;

/// <summary>Where the sources are, for tests that read them or start what was built from them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string? folder) =>
        folder is null ? throw new InvalidOperationException("The tests run outside the repository.")
        : File.Exists(Path.Combine(folder, "Queqiao.slnx")) ? folder : Find(Path.GetDirectoryName(folder));
}
