using System.IO.Pipelines;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>A connection within the process: two pipes, one each way.</summary>
internal sealed class PipedLine(Stream read, Stream write) : Stream
{
    /// <summary>Both ends of a new one.</summary>
    public static (PipedLine Here, PipedLine There) Between()
    {
        var (there, back) = (new Pipe(), new Pipe());
        return (new PipedLine(back.Reader.AsStream(), there.Writer.AsStream()), new PipedLine(there.Reader.AsStream(), back.Writer.AsStream()));
    }

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
