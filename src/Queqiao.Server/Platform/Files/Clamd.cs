using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Files;

/// <summary>What a scanner says of a file.</summary>
internal abstract record ScanVerdict
{
    public sealed record Clean : ScanVerdict;

    public sealed record Found(string Name) : ScanVerdict;

    /// <summary>Nobody looked: the file waits.</summary>
    public sealed record NotNow : ScanVerdict;
}

/// <summary>Looks for malware in what was uploaded.</summary>
internal interface IFileScanner
{
    Task<ScanVerdict> Scan(Stream content, CancellationToken ct);
}

/// <summary>For installations without a scanner: everything passes.</summary>
internal sealed class NoScanner : IFileScanner
{
    public Task<ScanVerdict> Scan(Stream content, CancellationToken ct) => Task.FromResult<ScanVerdict>(new ScanVerdict.Clean());
}

/// <summary>Where clamd listens.</summary>
internal sealed record ClamdAddress(string? Host, int Port, string? Path)
{
    public static ClamdAddress? Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
            return text["unix:".Length..] is ['/', _, ..] path ? new(null, 0, path) : null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "tcp", Port: > 0, AbsolutePath: "/" or "" } ? new(url.IdnHost, url.Port, null) : null;
    }
}

/// <summary>
/// Speaks clamd's INSTREAM (https://docs.clamav.net/manual/Usage/Scanning.html#clamd): chunks with a 4-byte length, a zero-length
/// chunk, one line back. Everything but a clear answer counts as "not now".
/// </summary>
internal sealed class Clamd(ClamdAddress address, ILogger<Clamd> log) : IFileScanner
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<ScanVerdict> Scan(Stream content, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            using var socket = address.Path is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            if (address.Path is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            else
                await socket.ConnectAsync(address.Host!, address.Port, patience.Token);
            await using var line = new NetworkStream(socket);
            return await Scan(content, line, patience.Token);
        }
        catch (Exception trouble) when (trouble is SocketException or IOException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.Fault(LogLevel.Warning, trouble, "clamd cannot be asked; files wait");
            return new ScanVerdict.NotNow();
        }
    }

    private async Task<ScanVerdict> Scan(Stream content, NetworkStream line, CancellationToken ct)
    {
        await line.WriteAsync("zINSTREAM\0"u8.ToArray(), ct);
        var buffer = new byte[4 + ChunkCipher.Plain];
        try
        {
            while (await content.ReadAsync(buffer.AsMemory(4), ct) is > 0 and var count)
            {
                BinaryPrimitives.WriteInt32BigEndian(buffer, count);
                await line.WriteAsync(buffer.AsMemory(0, 4 + count), ct);
            }
            await line.WriteAsync(new byte[4], ct);
        }
        catch (IOException)
        {
            // clamd hangs up in the middle when the stream is longer than its limit; what it says about that is still to be read.
        }
        var answer = new byte[1024];
        var length = await line.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, ct);
        return Read(Encoding.UTF8.GetString(answer, 0, length).TrimEnd('\0', '\n'));
    }

    private ScanVerdict Read(string answer)
    {
        const string found = " FOUND";
        if (answer == "stream: OK")
            return new ScanVerdict.Clean();
        if (answer.StartsWith("stream: ", StringComparison.Ordinal) && answer.EndsWith(found, StringComparison.Ordinal))
            return new ScanVerdict.Found(answer["stream: ".Length..^found.Length]);
        log.LogWarning("clamd gives no verdict ({Answer}); the file waits. If it says size limit, raise StreamMaxLength in clamd.conf", answer);
        return new ScanVerdict.NotNow();
    }
}
