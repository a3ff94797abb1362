using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Runs;

/// <summary>One large file: uploaded, encrypted and synced; fetched again; and, in the same run, the same bytes copied to the same disk.</summary>
internal sealed class FilesRun(Options options, BuiltServer built) : IRun
{
    private const int Piece = 4 * 1024 * 1024;

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(1), ct);
        await using var store = await Store.Create(built, options, ct);
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var content = new byte[options.Size * 1024 * 1024];
        new Random(1).NextBytes(content);
        ReadOnlySpan<byte> zip = [0x50, 0x4B, 3, 4];
        zip.CopyTo(content);
        await site.Upload("warm.zip", content[..Piece], Piece, ct);

        var id = "";
        var up = await PerSecond(async () => id = await site.Upload("large.zip", content, Piece, ct));
        var down = await PerSecond(async () =>
        {
            if (await site.Download(id, ct) != content.Length)
                throw new InvalidOperationException("Not all of the file came back.");
        });
        var copy = await PerSecond(() => Copy(content, Path.Combine(store.Folder, "copy"), ct));
        return new JsonObject
        {
            ["bench"] = "files",
            ["database"] = options.Database,
            ["megabytes"] = options.Size,
            ["uploadMbPerSecond"] = up,
            ["downloadMbPerSecond"] = down,
            ["rawCopyMbPerSecond"] = copy,
            ["peakMemoryMb"] = Math.Round(Proc.Status(server.Id, "VmHWM") / 1e6, 1),
            ["idleStallMs"] = idleStall,
            ["cores"] = Environment.ProcessorCount,
        };
    }

    public double Rank(JsonObject result) => (double)result["uploadMbPerSecond"]!;

    private async Task<double> PerSecond(Func<Task> work)
    {
        var began = Clock.Now;
        await work();
        return Math.Round(options.Size / ((Clock.Now - began) / (double)Clock.Second), 1);
    }

    private static async Task Copy(byte[] content, string path, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var at = 0; at < content.Length; at += Piece)
            await file.WriteAsync(content.AsMemory(at, Math.Min(Piece, content.Length - at)), ct);
        file.Flush(flushToDisk: true);
    }
}
