using System.Security.Cryptography;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// Writes an encrypted blob, from the beginning or on from where an interrupted upload ended. What was written is never more than
/// one chunk behind; <see cref="Pause"/> writes the rest, <see cref="End"/> marks the last chunk as the last.
/// </summary>
internal sealed class SealedWriter : IDisposable
{
    private readonly FileStream _blob;
    private readonly ChunkCipher _cipher;
    private readonly byte[] _plain = new byte[ChunkCipher.Plain];
    private readonly byte[] _sealed = new byte[ChunkCipher.Sealed];
    private long _index;
    private int _filled;

    /// <summary>Opens or creates the blob and finds its end. A chunk that was torn by a crash is written over.</summary>
    public SealedWriter(string path, ChunkCipher cipher)
    {
        _cipher = cipher;
        _blob = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        if (_blob.Length < ChunkCipher.HeaderLength)
        {
            _blob.SetLength(0);
            _blob.Write(ChunkCipher.Header);
        }
        FindEnd();
    }

    /// <summary>How much is in it.</summary>
    public long Length => _index * ChunkCipher.Plain + _filled;

    /// <summary>Whether <see cref="End"/> was reached before, by a process that was killed afterwards.</summary>
    public bool Ended { get; private set; }

    public void Write(ReadOnlySpan<byte> plain)
    {
        while (plain.Length > 0)
        {
            if (_filled == ChunkCipher.Plain) // only now it is sure that it is not the last one
            {
                Put(last: false);
                _index++;
                _filled = 0;
            }
            var count = Math.Min(plain.Length, ChunkCipher.Plain - _filled);
            plain[..count].CopyTo(_plain.AsSpan(_filled));
            _filled += count;
            plain = plain[count..];
        }
    }

    /// <summary>Writes what waits, so that a later writer can go on from here.</summary>
    public void Pause()
    {
        if (Ended)
            return;
        Put(last: false);
        CutOff();
    }

    /// <summary>Nothing follows: writes the last chunk as the last and waits for the disk.</summary>
    public void End()
    {
        Put(last: true);
        CutOff();
        _blob.Flush(flushToDisk: true);
        Ended = true;
    }

    /// <summary>What a crash left behind the end goes.</summary>
    private void CutOff() => _blob.SetLength(ChunkCipher.At(_index) + (_filled == 0 ? 0 : _filled + ChunkCipher.Overhead));

    private void Put(bool last)
    {
        if (_filled == 0)
            return;
        var length = _cipher.Seal(_index, last, _plain.AsSpan(0, _filled), _sealed);
        _blob.Position = ChunkCipher.At(_index);
        _blob.Write(_sealed, 0, length);
    }

    private void FindEnd()
    {
        var length = ChunkCipher.PlainLength(_blob.Length);
        if (length == 0)
            return;
        var last = (length - 1) / ChunkCipher.Plain;
        // The tail may be torn; the chunk before it was whole before the tail was begun.
        for (_index = last; _index >= Math.Max(0, last - 1); _index--)
        {
            var size = (int)Math.Min(ChunkCipher.Plain, length - _index * ChunkCipher.Plain) + ChunkCipher.Overhead;
            _blob.Position = ChunkCipher.At(_index);
            _blob.ReadExactly(_sealed, 0, size);
            if (TryOpen(size, last: false) || TryOpen(size, last: true))
                return;
        }
        (_index, _filled) = (Math.Max(0, last - 1), 0); // nothing of the two is whole: begin there again
    }

    private bool TryOpen(int size, bool last)
    {
        try
        {
            _filled = _cipher.Open(_index, last, _sealed.AsSpan(0, size), _plain);
            Ended = last;
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _blob.Dispose();
        _cipher.Dispose();
    }
}
