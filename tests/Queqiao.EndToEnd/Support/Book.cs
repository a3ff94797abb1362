using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Queqiao.EndToEnd.Support;

/// <summary>What a sender was promised.</summary>
internal sealed record Promise(string Sender, int Number, string ClientId, Guid Conversation, long Seq, string Hash);

/// <summary>The client's own record of acknowledgements, on its own disk, synced before the next message goes out.</summary>
internal sealed class Book : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly FileStream _stream;
    private readonly Lock _gate = new();
    private int _count;

    public Book() => _stream = new FileStream(_file, FileMode.Append, FileAccess.Write, FileShare.Read);

    public int Count => Volatile.Read(ref _count);

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public void Write(Promise promise)
    {
        lock (_gate)
        {
            _stream.Write(JsonSerializer.SerializeToUtf8Bytes(promise));
            _stream.WriteByte((byte)'\n');
            _stream.Flush(flushToDisk: true);
            _count++;
        }
    }

    public IReadOnlyList<Promise> Read()
    {
        lock (_gate)
            return [.. File.ReadLines(_file).Select(line => JsonSerializer.Deserialize<Promise>(line)!)];
    }

    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_file);
    }
}
