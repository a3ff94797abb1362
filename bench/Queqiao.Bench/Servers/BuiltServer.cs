namespace Queqiao.Bench.Servers;

/// <summary>The server as users run it: built in Release.</summary>
internal sealed record BuiltServer(string Program, string[] Before)
{
    /// <summary>The given folder's, or this source tree's, which is built first: figures of yesterday's binary would mislead.</summary>
    public static async Task<BuiltServer> Find(string? folder, CancellationToken ct)
    {
        folder ??= await Build(ct);
        var program = Path.Combine(folder, "queqiao");
        if (File.Exists(program))
            return new(program, []);
        var assembly = Path.Combine(folder, "queqiao.dll");
        return File.Exists(assembly) ? new("dotnet", [assembly]) : throw new InvalidOperationException($"There is no built server in {folder}.");
    }

    private static async Task<string> Build(CancellationToken ct)
    {
        var tree = new DirectoryInfo(AppContext.BaseDirectory);
        while (tree is not null && !File.Exists(Path.Combine(tree.FullName, "Queqiao.slnx")))
            tree = tree.Parent;
        if (tree is null)
            throw new InvalidOperationException("This program is not inside the source tree: give a built server with --server.");
        var project = Path.Combine(tree.FullName, "src", "Queqiao.Server");
        await Console.Error.WriteLineAsync("building the server …");
        await Command.Run("dotnet", ["build", project, "-c", "Release", "-p:SkipConsole=true", "-nodeReuse:false", "-p:UseSharedCompilation=false", "--nologo", "-v", "q"], ct);
        return Path.Combine(project, "bin", "Release", "net10.0");
    }
}
