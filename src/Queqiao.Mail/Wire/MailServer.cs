using System.Net.Security;
using System.Net.Sockets;

namespace Queqiao.Mail.Wire;

public enum MailSecurity
{
    /// <summary>In clear: for a server on the same machine.</summary>
    None,

    /// <summary>Begins in clear and must change to TLS before anything is said.</summary>
    StartTls,

    Tls,
}

/// <summary>Where a mail server is and how it is talked to.</summary>
public sealed record MailServer(string Host, int Port, MailSecurity Security)
{
    /// <summary>How long one answer may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Null: the certificate must be valid for the host, as this machine sees it.</summary>
    public RemoteCertificateValidationCallback? Certificate { get; init; }
}

/// <param name="User">As the server knows it, mostly the address.</param>
/// <param name="Secret">A password, or an OAuth access token.</param>
public sealed record MailCredentials(string User, string Secret, bool IsToken = false)
{
    public override string ToString() => "credentials";
}

/// <summary>How connections are made. Whoever lets strangers name hosts puts a guard here.</summary>
public interface IMailDialer
{
    /// <exception cref="IOException">Nobody answers.</exception>
    Task<Stream> Connect(string host, int port, CancellationToken ct);
}

/// <summary>Plain TCP to anywhere.</summary>
public sealed class TcpDialer : IMailDialer
{
    public async Task<Stream> Connect(string host, int port, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException(error.Message, error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
