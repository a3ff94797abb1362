using System.Text;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Tests.Support;

/// <summary>The other side of a connection that says what it is going to say whatever it hears, in pieces of a given size.</summary>
internal sealed class Canned(byte[] says, int piece = 7) : Stream, IMailDialer
{
    private readonly MemoryStream _heard = new();
    private int _at;

    public Canned(string says, int piece = 7) : this(Encoding.Latin1.GetBytes(says.ReplaceLineEndings("\r\n")), piece)
    {
    }

    public string Heard => Encoding.Latin1.GetString(_heard.ToArray());

    public Task<Stream> Connect(string host, int port, CancellationToken ct) => Task.FromResult<Stream>(this);

    public override int Read(byte[] buffer, int offset, int count)
    {
        var take = Math.Min(Math.Min(piece, count), says.Length - _at);
        says.AsSpan(_at, take).CopyTo(buffer.AsSpan(offset));
        _at += take;
        return take;
    }

    public override void Write(byte[] buffer, int offset, int count) => _heard.Write(buffer, offset, count);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Says the same again and again for ever.</summary>
internal sealed class Endless(string first, string again) : Stream, IMailDialer
{
    private readonly byte[] _again = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(again, 1 + 4096 / again.Length)));
    private byte[] _now = Encoding.Latin1.GetBytes(first);
    private int _at;

    public long Said { get; private set; }

    public Task<Stream> Connect(string host, int port, CancellationToken ct) => Task.FromResult<Stream>(this);

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_at == _now.Length)
            (_now, _at) = (_again, 0);
        var take = Math.Min(count, _now.Length - _at);
        _now.AsSpan(_at, take).CopyTo(buffer.AsSpan(offset));
        _at += take;
        Said += take;
        return take;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
