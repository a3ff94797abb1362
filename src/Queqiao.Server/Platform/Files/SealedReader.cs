namespace Queqiao.Server.Platform.Files;

/// <summary>Reads an encrypted blob as what was put in; may seek, for ranges. Every chunk is checked before a byte of it is given out.</summary>
internal sealed class SealedReader : Stream
{
    private readonly Stream _blob;
    private readonly ChunkCipher _cipher;
    private readonly Action? _damaged;
    private readonly long _length;
    private readonly byte[] _sealed = new byte[ChunkCipher.Sealed];
    private readonly byte[] _plain = new byte[ChunkCipher.Plain];
    private long _known = -1;
    private int _knownLength;
    private long _position;

    /// <param name="blob">Seekable; disposed with the reader.</param>
    /// <param name="cipher">Disposed with the reader.</param>
    /// <param name="damaged">Told when a chunk does not open; the reader throws then.</param>
    public SealedReader(Stream blob, ChunkCipher cipher, Action? damaged = null)
    {
        (_blob, _cipher, _damaged) = (blob, cipher, damaged);
        _length = ChunkCipher.PlainLength(blob.Length);
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => _length,
    };

    public override int Read(Span<byte> buffer)
    {
        if (!Begin(out var index))
            return 0;
        if (index != _known)
        {
            _blob.Position = ChunkCipher.At(index);
            Decrypt(index, _blob.ReadAtLeast(_sealed.AsSpan(0, SealedLength(index)), SealedLength(index), throwOnEndOfStream: true));
        }
        return Give(buffer, index);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Begin(out var index))
            return 0;
        if (index != _known)
        {
            _blob.Position = ChunkCipher.At(index);
            Decrypt(index, await _blob.ReadAtLeastAsync(_sealed.AsMemory(0, SealedLength(index)), SealedLength(index), throwOnEndOfStream: true, cancellationToken));
        }
        return Give(buffer.Span, index);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private bool Begin(out long index)
    {
        index = _position / ChunkCipher.Plain;
        return _position < _length;
    }

    private bool IsLast(long index) => index == (_length - 1) / ChunkCipher.Plain;

    private int SealedLength(long index) => (int)Math.Min(ChunkCipher.Plain, _length - index * ChunkCipher.Plain) + ChunkCipher.Overhead;

    private void Decrypt(long index, int length)
    {
        _known = -1;
        try
        {
            _knownLength = _cipher.Open(index, IsLast(index), _sealed.AsSpan(0, length), _plain);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            _damaged?.Invoke();
            throw;
        }
        _known = index;
    }

    private int Give(Span<byte> buffer, long index)
    {
        var from = (int)(_position - index * ChunkCipher.Plain);
        var count = Math.Min(buffer.Length, _knownLength - from);
        _plain.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _blob.Dispose();
            _cipher.Dispose();
        }
        base.Dispose(disposing);
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
