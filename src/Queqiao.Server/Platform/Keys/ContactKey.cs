using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// The key that everything of one person is sealed with; destroying it makes all of that unreadable. What it sealed names it
/// (<c>0x02 | contact's id | …</c>), so a value stays readable when its row comes to belong to somebody else (merged contacts).
/// </summary>
internal sealed class ContactKey(int ws, Guid contactId, DataKey key)
{
    /// <summary>AES-256-GCM under a contact's key.</summary>
    private const byte Format = 0x02;

    private const int HeaderLength = 1 + 16;

    public int Ws => ws;

    public Guid ContactId => contactId;

    /// <summary>The key itself, for wrapping it.</summary>
    public ReadOnlySpan<byte> Raw => key.Raw;

    public byte[] Seal(SealedPlace place, ReadOnlySpan<byte> clear)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = Format;
        contactId.TryWriteBytes(header[1..], bigEndian: true, out _);
        Span<byte> context = stackalloc byte[place.Length];
        place.Write(ws, context);
        return key.Seal(header, context, clear);
    }

    public byte[] Seal(SealedPlace place, string text) => Seal(place, Encoding.UTF8.GetBytes(text));

    public bool TryOpen(SealedPlace place, ReadOnlySpan<byte> sealedBytes, [NotNullWhen(true)] out byte[]? clear)
    {
        Span<byte> context = stackalloc byte[place.Length];
        place.Write(ws, context);
        return key.TryOpen(HeaderLength, context, sealedBytes, out clear);
    }

    /// <summary>Whose key sealed this; null when it is not of this form.</summary>
    public static Guid? OwnerOf(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length > HeaderLength && sealedBytes[0] == Format ? new Guid(sealedBytes.Slice(1, 16), bigEndian: true) : null;
}
