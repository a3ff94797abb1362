namespace Queqiao.Text.Passages;

/// <summary>The documents that hold a term, and how often: two or three bytes each. One writer, any number of readers.</summary>
internal sealed class Posting
{
    public const int MostTimes = 7;
    private volatile Page _page = new(new byte[4], 0, 0);
    private int _last = -1;

    /// <summary>How many documents there are.</summary>
    public int Count => _page.Count;

    /// <summary>What is there now; what comes later does not change it.</summary>
    public Page Now => _page;

    /// <summary>Adds a document; its number is greater than all before.</summary>
    public void Append(int document, int times)
    {
        var (bytes, length, count) = _page;
        if (length + 6 > bytes.Length)
            Array.Resize(ref bytes, (bytes.Length * 2) + 6);
        var value = ((ulong)(document - _last) << 3) | (uint)Math.Min(times, MostTimes);
        while (value >= 0x80)
        {
            bytes[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        bytes[length++] = (byte)value;
        _last = document;
        _page = new Page(bytes, length, count + 1); // readers of the old page do not look behind its length
    }

    /// <summary>A posting as somebody reads it.</summary>
    internal sealed record Page(byte[] Bytes, int Length, int Count);
}

/// <summary>Goes through a posting.</summary>
internal ref struct PostingReader(Posting.Page page)
{
    private readonly ReadOnlySpan<byte> _bytes = page.Bytes.AsSpan(0, page.Length);
    private int _at;

    public int Document { get; private set; } = -1;

    public int Times { get; private set; }

    public bool Next()
    {
        if (_at >= _bytes.Length)
            return false;
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _bytes[_at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                break;
        }
        Document += (int)(value >> 3);
        Times = (int)(value & 7);
        return true;
    }
}
