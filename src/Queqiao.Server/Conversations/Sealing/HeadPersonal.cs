using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Conversations.Sealing;

/// <summary>
/// What a head says about people: the members of <see cref="ConversationHead"/> that are never stored in clear, sealed as one value.
/// A new one goes to the end of <see cref="Write"/> and <see cref="Read"/>.
/// </summary>
internal sealed record HeadPersonal(string Identity, string? ContactName, string? LastSenderName, string? LastPreview, string? Subject = null, string? Fields = null)
{
    private const int Texts = 6;

    /// <summary>Of an erased person, or when it does not open.</summary>
    public static readonly HeadPersonal Nobody = new("", null, null, null);

    public byte[] Write() => PackedTexts.Write(Identity, ContactName, LastSenderName, LastPreview, Subject, Fields);

    public static HeadPersonal Read(ReadOnlySpan<byte> packed)
    {
        var texts = new string?[Texts];
        PackedTexts.Read(packed, texts);
        return new HeadPersonal(texts[0] ?? "", texts[1], texts[2], texts[3], texts[4], texts[5]);
    }
}

/// <summary>
/// The stored form of <see cref="HeadPersonal"/>, kept beside it so that it need not be sealed again. It says nothing of its own:
/// all are equal.
/// </summary>
internal sealed class SealedHead(byte[] bytes) : IEquatable<SealedHead>
{
    public byte[] Bytes => bytes;

    public bool Equals(SealedHead? other) => true;

    public override bool Equals(object? obj) => obj is null or SealedHead;

    public override int GetHashCode() => 0;
}
