using System.IO.Compression;
using System.Text.Json;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Channels.Email;

/// <summary>A person in a mail's head.</summary>
internal sealed record MailPerson(string Address, string? Name = null);

/// <summary>What a mail says besides the text in the log. Sealed under the customer's key.</summary>
internal sealed record MailFacts
{
    public MailPerson? From { get; init; }
    public IReadOnlyList<MailPerson> To { get; init; } = [];
    public IReadOnlyList<MailPerson> Cc { get; init; } = [];
    public IReadOnlyList<MailPerson> Bcc { get; init; } = [];
    public string? Subject { get; init; }
    public string? MessageId { get; init; }

    /// <summary>The sender is who they say, by a server that is trusted.</summary>
    public bool IsProven { get; init; }

    public string? Dmarc { get; init; }
    public string? Dkim { get; init; }
    public string? Spf { get; init; }

    /// <summary>The whole text, when the log has the new words only.</summary>
    public string? Whole { get; init; }

    public string? Html { get; init; }

    /// <summary>Pictures of the HTML: content id to file.</summary>
    public IReadOnlyDictionary<string, Guid> Inline { get; init; } = new Dictionary<string, Guid>();

    /// <summary>Files that were not taken in, and why.</summary>
    public IReadOnlyList<RefusedFile> Refused { get; init; } = [];

    public override string ToString() => "mail facts";
}

/// <param name="Code">A code with a text in both languages.</param>
internal sealed record RefusedFile(string Name, long Size, string Code);

/// <summary>A thread as the next mail of ours needs it. Sealed under the customer's key.</summary>
internal sealed record ThreadFacts(MailPerson Customer, string Subject)
{
    public IReadOnlyList<MailPerson> To { get; init; } = [];
    public IReadOnlyList<MailPerson> Cc { get; init; } = [];
    public IReadOnlyList<MailPerson> Bcc { get; init; } = [];

    /// <summary>A colleague wrote first: nobody but us has said anything in it before the customer's first answer.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Message ids, oldest first.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The customer's newest mail, to be quoted: who, when (Unix milliseconds), what.</summary>
    public string? LastFrom { get; init; }

    public long? LastAt { get; init; }
    public string? LastText { get; init; }

    public override string ToString() => "mail thread";
}

/// <summary>Facts to bytes and back: JSON, packed, sealed to their row.</summary>
internal static class MailSeals
{
    private const int MostUnpacked = 8 << 20;

    public static SealedPlace PlaceOf(Guid message) => new("mail_message.sealed", message);

    public static SealedPlace PlaceOf(long thread) => new("mail_thread.sealed", Guid.Empty, thread);

    public static byte[] Seal<T>(this ContactKey key, SealedPlace place, T facts)
    {
        using var packed = new MemoryStream();
        using (var pack = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            JsonSerializer.Serialize(pack, facts, TolerantJson.Options);
        return key.Seal(place, packed.ToArray());
    }

    /// <summary>Null: erased, or damaged.</summary>
    public static T? Open<T>(this ContactKeyRing ring, SealedPlace place, byte[] box) where T : class
    {
        if (ring.Open(place, box, out var packed) != Unreadable.No)
            return null;
        using var unpack = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var clear = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (clear.Length < MostUnpacked && unpack.Read(buffer) is > 0 and var count)
            clear.Write(buffer, 0, count);
        return JsonSerializer.Deserialize<T>(clear.ToArray(), TolerantJson.Options);
    }
}
