using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Queqiao.Mail.Proving;

public enum DnsKind : ushort { A = 1, Reversed = 12, Mx = 15, Txt = 16, Aaaa = 28 }

/// <summary>One record of an answer.</summary>
/// <param name="Text">A text, or a name.</param>
public sealed record DnsRecord(DnsKind Kind, string Text, IPAddress? Address = null, int Preference = 0);

/// <summary>Questions to DNS and their answers, as bytes (RFC 1035, EDNS 0 of RFC 6891).</summary>
public static class DnsMessage
{
    private const int MostJumps = 20;

    /// <summary>Larger answers come over TCP.</summary>
    public const ushort MostOverUdp = 1232;

    /// <summary>Null: no name of DNS.</summary>
    public static byte[]? Ask(ushort id, string name, DnsKind kind)
    {
        var made = new MemoryStream();
        void Number(int value)
        {
            made.WriteByte((byte)(value >> 8));
            made.WriteByte((byte)value);
        }
        foreach (var value in new[] { id, 0x0100, 1, 0, 0, 1 }) // recursion wanted; one question, one addition
            Number(value);
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            var bytes = Encoding.UTF8.GetBytes(label);
            if (bytes.Length is 0 or > 63)
                return null;
            made.WriteByte((byte)bytes.Length);
            made.Write(bytes);
        }
        if (made.Length - 12 > 254)
            return null;
        made.WriteByte(0);
        Number((int)kind);
        Number(1);
        made.WriteByte(0); // EDNS: how much we take
        Number(41);
        Number(MostOverUdp);
        Number(0);
        Number(0);
        Number(0);
        return made.ToArray();
    }

    /// <summary>Null: it is no answer to this question, or is not well-formed.</summary>
    /// <returns>Whether it was cut, the response code, and the records of the kind asked for.</returns>
    public static (bool IsCut, int Code, List<DnsRecord> Records)? Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> question)
    {
        var asked = question.Length - 11; // without the addition
        if (message.Length < asked || !message[..2].SequenceEqual(question[..2]) || (message[2] & 0x80) == 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1
            || !Encoding.UTF8.GetString(message[12..asked]).Equals(Encoding.UTF8.GetString(question[12..asked]), StringComparison.OrdinalIgnoreCase))
            return null;
        var kind = (DnsKind)BinaryPrimitives.ReadUInt16BigEndian(question[(asked - 4)..]);
        var records = new List<DnsRecord>();
        var (at, count) = (asked, BinaryPrimitives.ReadUInt16BigEndian(message[6..]));
        var isCut = (message[2] & 2) != 0;
        for (var i = 0; i < count && !isCut; i++)
        {
            if (Name(message, ref at) is null || at + 10 > message.Length)
                return null;
            var (type, length) = ((DnsKind)BinaryPrimitives.ReadUInt16BigEndian(message[at..]), BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]));
            at += 10;
            if (at + length > message.Length)
                return null;
            if (type == kind && Record(message, at, length, type) is { } record)
                records.Add(record);
            at += length;
        }
        return (isCut, message[3] & 15, records);
    }

    private static DnsRecord? Record(ReadOnlySpan<byte> message, int at, int length, DnsKind kind)
    {
        switch (kind)
        {
            case DnsKind.A when length == 4:
            case DnsKind.Aaaa when length == 16:
                return new DnsRecord(kind, "", new IPAddress(message.Slice(at, length)));
            case DnsKind.Reversed:
                return Name(message, ref at) is { } name ? new DnsRecord(kind, name) : null;
            case DnsKind.Mx when length > 2:
                var preference = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
                at += 2;
                return Name(message, ref at) is { Length: > 0 } host ? new DnsRecord(kind, host, null, preference) : null;
            case DnsKind.Txt:
                var text = new StringBuilder();
                for (var end = at + length; at < end;)
                {
                    var size = message[at++];
                    if (at + size > end)
                        return null;
                    text.Append(Encoding.UTF8.GetString(message.Slice(at, size)));
                    at += size;
                }
                return new DnsRecord(kind, text.ToString());
            default:
                return null;
        }
    }

    /// <summary>A name, perhaps told by pointers; these only lead back, and not for ever.</summary>
    private static string? Name(ReadOnlySpan<byte> message, ref int at)
    {
        var name = new StringBuilder();
        var (place, jumps) = (at, 0);
        while (place < message.Length)
        {
            int size = message[place];
            if (size == 0)
            {
                at = jumps == 0 ? place + 1 : at;
                return name.ToString();
            }
            if ((size & 0xc0) == 0xc0)
            {
                if (place + 1 >= message.Length || ++jumps > MostJumps)
                    return null;
                if (jumps == 1)
                    at = place + 2;
                place = (size & 0x3f) << 8 | message[place + 1];
                continue;
            }
            if (size > 63 || place + 1 + size > message.Length || name.Length > 255)
                return null;
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.UTF8.GetString(message.Slice(place + 1, size)));
            place += size + 1;
        }
        return null;
    }
}
