using System.IO.Pipelines;
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
        var (there, back) = (new Pipe(), new Pipe());
        _ = new SmtpReceiver(new SmtpReceiverOptions(Host), desk, clock).Serve(new Line(there.Reader.AsStream(), back.Writer.AsStream()), IPAddress.Loopback, CancellationToken.None);
        return Task.FromResult<Stream>(new Line(back.Reader.AsStream(), there.Writer.AsStream()));
    }

    /// <summary>Two pipes as one connection.</summary>
    private sealed class Line(Stream read, Stream write) : Stream
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
