using System.Net;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>The way to mail servers: to the demo's own, which stands in this process, and to all others as ever.</summary>
internal sealed class PlayedMail(IMailDialer others, TimeProvider clock) : IMailDialer
{
    public const string Host = "mail.played.invalid";

    /// <summary>Who takes what is sent to the demo's customers.</summary>
    public ISmtpDesk? Desk { get; set; }

    public Task<Stream> Connect(string host, int port, CancellationToken ct)
    {
        if (host != Host || Desk is not { } desk)
            return others.Connect(host, port, ct);
        var (here, there) = PipedLine.Between();
        _ = new SmtpReceiver(new SmtpReceiverOptions(Host), desk, clock).Serve(there, IPAddress.Loopback, CancellationToken.None);
        return Task.FromResult<Stream>(here);
    }
}
