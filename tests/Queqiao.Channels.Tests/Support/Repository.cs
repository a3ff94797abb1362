namespace Queqiao.Channels.Tests.Support;

internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Fixtures => Path.Combine(Root, "tests", "Queqiao.Channels.Tests", "fixtures");

    /// <summary>The sample of published payloads that lies beside some checkouts; null elsewhere.</summary>
    public static string? Samples { get; } = Above("shared/data/channels");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Queqiao.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Not within the repository.");
    }

    private static string? Above(string path)
    {
        for (var folder = new DirectoryInfo(Root).Parent; folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, path);
            if (File.Exists(Path.Combine(candidate, "index.json")))
                return candidate;
        }
        return null;
    }
}
