using System.Collections.Concurrent;
using System.Net;
using Queqiao.Mail;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;
using Queqiao.Server.Demo.Platforms;

namespace Queqiao.Server.Tests.Channels;

/// <summary>An outgoing server without a network: whatever host is named, this one answers and keeps what it gets.</summary>
internal sealed class Postman : IMailDialer, ISmtpDesk
{
    public ConcurrentQueue<(SmtpArrival Arrival, MailMessage Mail)> Taken { get; } = new();

    /// <summary>Nobody answers as long as this is set.</summary>
    public bool IsAway { get; set; }

    public List<MailMessage> To(string address) => [.. Taken.Where(one => one.Arrival.To.Contains(address)).Select(one => one.Mail)];

    public Task<Stream> Connect(string host, int port, CancellationToken ct)
    {
        if (IsAway)
            throw new IOException("nobody there");
        var (here, there) = PipedLine.Between();
        _ = new SmtpReceiver(new SmtpReceiverOptions("mx.test"), this, TimeProvider.System).Serve(there, IPAddress.Loopback, CancellationToken.None);
        return Task.FromResult<Stream>(here);
    }

    public Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct) => Task.FromResult(recipient.StartsWith("nobody@", StringComparison.Ordinal) ? SmtpAnswer.Unknown : SmtpAnswer.Yes);

    public Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct)
    {
        Taken.Enqueue((arrival, MailMessage.Read(mail)));
        return Task.FromResult(SmtpAnswer.Yes);
    }
}
