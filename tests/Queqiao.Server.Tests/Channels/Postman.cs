using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Queqiao.Mail;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;

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
        var (there, back) = (new Pipe(), new Pipe());
        _ = new SmtpReceiver(new SmtpReceiverOptions("mx.test"), this, TimeProvider.System).Serve(new Duplex(there.Reader.AsStream(), back.Writer.AsStream()), IPAddress.Loopback, CancellationToken.None);
        return Task.FromResult<Stream>(new Duplex(back.Reader.AsStream(), there.Writer.AsStream()));
    }

    public Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct) => Task.FromResult(recipient.StartsWith("nobody@", StringComparison.Ordinal) ? SmtpAnswer.Unknown : SmtpAnswer.Yes);

    public Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct)
    {
        Taken.Enqueue((arrival, MailMessage.Read(mail)));
        return Task.FromResult(SmtpAnswer.Yes);
    }

    private sealed class Duplex(Stream read, Stream write) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => write.Flush();
        public override Task FlushAsync(CancellationToken cancellationToken) => write.FlushAsync(cancellationToken);
        public override int Read(byte[] buffer, int offset, int count) => read.Read(buffer, offset, count);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => read.ReadAsync(buffer, cancellationToken);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => write.Write(buffer, offset, count);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => write.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            read.Dispose();
            write.Dispose();
            base.Dispose(disposing);
        }
    }
}
