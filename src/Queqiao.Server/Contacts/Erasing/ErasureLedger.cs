using System.Text.Json;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>Who was erased: ids, which name nobody once their keys are gone.</summary>
internal sealed record LedgerLine(int Ws, Guid Id, IReadOnlyList<Guid> Contacts, long At);

/// <summary>
/// The ledger beside the database, <c>DATA/erasures.jsonl</c>: a database that is restored from an older backup does not know of later
/// erasures, this file does. Lines are only ever added.
/// </summary>
internal sealed class ErasureLedger(StorageOptions options) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    private string FileName => Path.Combine(options.DataFolder, "erasures.jsonl");

    public async Task Add(LedgerLine line, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if ((await Lines(ct)).Any(known => known.Ws == line.Ws && known.Id == line.Id))
                return;
            Directory.CreateDirectory(options.DataFolder);
            await using var file = new FileStream(FileName, FileMode.Append, FileAccess.Write, FileShare.Read);
            await file.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, StrictJson.Options), ct);
            file.WriteByte((byte)'\n');
            file.Flush(flushToDisk: true);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A line that a crash cut short is not there: its erasure is finished, and written again, from the database.</summary>
    public async Task<IReadOnlyList<LedgerLine>> Lines(CancellationToken ct)
    {
        if (!File.Exists(FileName))
            return [];
        var lines = new List<LedgerLine>();
        foreach (var text in await File.ReadAllLinesAsync(FileName, ct))
        {
            try
            {
                if (JsonSerializer.Deserialize<LedgerLine>(text, StrictJson.Options) is { } line)
                    lines.Add(line);
            }
            catch (JsonException)
            {
                // cut short
            }
        }
        return lines;
    }

    public void Dispose() => _one.Dispose();
}
