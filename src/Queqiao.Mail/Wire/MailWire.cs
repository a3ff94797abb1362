using System.Net.Security;
using System.Security.Authentication;
using System.Text;

namespace Queqiao.Mail.Wire;

/// <summary>A connection to a mail server, read by lines and by counts, both bounded, each with the same patience.</summary>
internal sealed class MailWire : IAsyncDisposable
{
    private const int BufferSize = 16 << 10;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly TimeSpan _patience;
    private Stream _stream;
    private int _from;
    private int _to;
    private Task<int>? _filling;

    public MailWire(Stream stream, TimeSpan patience) => (_stream, _patience) = (stream, patience);

    public bool IsSecure => _stream is SslStream;

    public static async Task<MailWire> Connect(MailServer server, IMailDialer dialer, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(server.Patience);
        Stream stream;
        try
        {
            stream = await dialer.Connect(server.Host, server.Port, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MailException(MailTrouble.Unreachable);
        }
        catch (IOException error) when (error is not MailException)
        {
            throw new MailException(MailTrouble.Unreachable, error.Message, error);
        }
        var wire = new MailWire(stream, server.Patience);
        try
        {
            if (server.Security == MailSecurity.Tls)
                await wire.StartTls(server, ct).ConfigureAwait(false);
            return wire;
        }
        catch
        {
            await wire.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>TLS from here on. What the server sent before it is not part of the secured talk and ends it (CVE-2011-0411).</summary>
    public async Task StartTls(MailServer server, CancellationToken ct)
    {
        if (_to > _from || _filling is { IsCompleted: true })
            throw new MailException(MailTrouble.Protocol, "The server went on in clear after STARTTLS.");
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        var options = new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = server.Certificate };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            await tls.AuthenticateAsClientAsync(options, limit.Token).ConfigureAwait(false);
        }
        catch (AuthenticationException error)
        {
            // The framework says it in words only.
            var certificate = error.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase);
            throw new MailException(certificate ? MailTrouble.Certificate : MailTrouble.Tls, error.Message, error);
        }
        catch (IOException error)
        {
            throw new MailException(MailTrouble.Tls, error.Message, error);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MailException(MailTrouble.Tls);
        }
    }

    /// <summary>For a receiver: TLS from here on with our certificate.</summary>
    public async Task StartTls(SslServerAuthenticationOptions options, CancellationToken ct)
    {
        (_from, _to) = (0, 0); // what came in clear behind STARTTLS counts for nothing
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(options, ct).ConfigureAwait(false);
    }

    /// <summary>A line without its end, a byte a character; null: the connection ended.</summary>
    public async ValueTask<string?> Line(int most, CancellationToken ct)
    {
        StringBuilder? begun = null;
        while (true)
        {
            var there = _buffer.AsSpan(_from, _to - _from);
            var end = there.IndexOf((byte)'\n');
            var take = end < 0 ? there.Length : end + 1;
            if ((begun?.Length ?? 0) + take > most + 2)
                throw new MailException(MailTrouble.TooMuch, "The line does not end.");
            var piece = Encoding.Latin1.GetString(there[..take]);
            _from += take;
            if (end >= 0)
                return begun is null ? piece.TrimEnd('\r', '\n') : begun.Append(piece).ToString().TrimEnd('\r', '\n');
            if (take > 0)
                (begun ??= new StringBuilder()).Append(piece);
            if (!await Fill(ct).ConfigureAwait(false))
                return null;
        }
    }

    /// <summary>A line including its end exactly as it came, for mails; null: the connection ended.</summary>
    public async ValueTask<byte[]?> RawLine(int most, CancellationToken ct)
    {
        MemoryStream? begun = null;
        while (true)
        {
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            var take = end < 0 ? _to - _from : end + 1;
            if ((begun?.Length ?? 0) + take > most)
                throw new MailException(MailTrouble.TooMuch, "The line does not end.");
            if (end >= 0 && begun is null)
            {
                var whole = _buffer.AsSpan(_from, take).ToArray();
                _from += take;
                return whole;
            }
            (begun ??= new MemoryStream()).Write(_buffer, _from, take);
            _from += take;
            if (end >= 0)
                return begun.ToArray();
            if (!await Fill(ct).ConfigureAwait(false))
                return null;
        }
    }

    /// <summary>Exactly so many bytes, wherever they shall go; null: nowhere.</summary>
    public async Task Copy(long count, Stream? to, CancellationToken ct)
    {
        while (count > 0)
        {
            if (_from == _to && !await Fill(ct).ConfigureAwait(false))
                throw new MailException(MailTrouble.Lost);
            var take = (int)Math.Min(count, _to - _from);
            if (to is not null)
                await to.WriteAsync(_buffer.AsMemory(_from, take), ct).ConfigureAwait(false);
            _from += take;
            count -= take;
        }
    }

    /// <summary>Whether something comes within this time. Nothing is lost when it does not.</summary>
    public async Task<bool> Waits(TimeSpan most, CancellationToken ct)
    {
        if (_to > _from)
            return true;
        _filling ??= Read(CancellationToken.None);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var first = await Task.WhenAny(_filling, Task.Delay(most, end.Token)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        return first == _filling;
    }

    public async Task Write(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            await _stream.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
            await _stream.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MailException(MailTrouble.Lost);
        }
        catch (IOException error) when (error is not MailException)
        {
            throw new MailException(MailTrouble.Lost, error.Message, error);
        }
    }

    public Task Write(string ascii, CancellationToken ct) => Write(Encoding.UTF8.GetBytes(ascii), ct);

    private async ValueTask<bool> Fill(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            _filling ??= Read(limit.Token);
            var count = await _filling.WaitAsync(limit.Token).ConfigureAwait(false);
            _filling = null;
            (_from, _to) = (0, count);
            return count > 0;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MailException(MailTrouble.Lost, "No answer in time.");
        }
        catch (IOException error) when (error is not MailException)
        {
            throw new MailException(MailTrouble.Lost, error.Message, error);
        }
    }

    /// <summary>Only when everything that was read before is used up.</summary>
    private Task<int> Read(CancellationToken ct) => _stream.ReadAsync(_buffer, ct).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (_filling is not null)
                await _filling.ConfigureAwait(false); // ends now; nobody wants to hear how
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
