using System.Buffers.Binary;
using System.Text;

namespace Queqiao.Server.Platform.Keys;

/// <summary>Where a sealed value lies. It is authenticated with the value, so that nothing opens in another row or column.</summary>
/// <param name="Name">Table and column, the same words for ever: <c>contact.name</c>.</param>
/// <param name="Row">The row's id.</param>
/// <param name="Number">What else tells rows apart: the seq of an entry.</param>
internal readonly record struct SealedPlace(string Name, Guid Row, long Number = 0)
{
    private const int Fixed = 4 + 16 + 8;

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public int Length => Fixed + Encoding.UTF8.GetByteCount(Name);

    public void Write(int ws, Span<byte> context)
    {
        BinaryPrimitives.WriteInt32BigEndian(context, ws);
        Row.TryWriteBytes(context[4..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(context[20..], Number);
        Encoding.UTF8.GetBytes(Name, context[Fixed..]);
    }
}
