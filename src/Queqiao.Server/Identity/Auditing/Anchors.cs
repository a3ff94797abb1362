using System.Globalization;
using System.Text.Json;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;
using Web = Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>The end of a chain at some time, written down outside of the database: what came up to it cannot be taken away unnoticed.</summary>
/// <param name="Ws">Whose chain.</param>
/// <param name="No">The number of its last row then.</param>
/// <param name="Hash">Of its last link.</param>
/// <param name="At">Unix milliseconds.</param>
internal sealed record Anchor(int Ws, long No, byte[] Hash, long At);

/// <summary>Anchors as lines of a file: <c>{"at":"…","ws":1,"no":523,"hash":"9f…"}</c>.</summary>
internal static class Anchors
{
    public const string Setting = "audit-anchors";

    /// <summary>Where they are kept unless <c>--audit-anchors FILE</c> says otherwise; better is another disk, or a place that only takes additions.</summary>
    public static string FileOf(IConfiguration settings, StorageOptions storage) =>
        Web.Setting.Of(settings, Setting) is { } given ? Path.GetFullPath(given) : Default(storage);

    public static string Default(StorageOptions storage) => Path.Combine(storage.DataFolder, "audit-anchors.jsonl");

    public static string Line(Anchor anchor) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"at":"{{WireTime.Format(anchor.At)}}","ws":{{anchor.Ws}},"no":{{anchor.No}},"hash":"{{Convert.ToHexStringLower(anchor.Hash)}}"}""");

    public static async Task Append(string file, IEnumerable<Anchor> anchors, CancellationToken ct)
    {
        await using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read });
        foreach (var anchor in anchors)
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Line(anchor) + "\n"), ct);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>What a file says; a last line that was cut off by a crash does not count.</summary>
    /// <exception cref="InvalidDataException">A line in it is none.</exception>
    public static IReadOnlyList<Anchor> Read(string file)
    {
        var lines = File.ReadAllLines(file);
        var anchors = new List<Anchor>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            if (Parse(lines[i]) is { } anchor)
                anchors.Add(anchor);
            else if (i < lines.Length - 1)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{file}:{i + 1}"));
        }
        return anchors;
    }

    private static Anchor? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new Anchor(root.GetProperty("ws").GetInt32(), root.GetProperty("no").GetInt64(),
                Convert.FromHexString(root.GetProperty("hash").GetString()!), root.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds());
        }
        catch (Exception trouble) when (trouble is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            return null;
        }
    }
}
