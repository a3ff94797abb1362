namespace Queqiao.Channels;

/// <summary>What a message has besides its text.</summary>
public abstract record MessagePart
{
    public sealed override string ToString() => GetType().Name;
}

public enum MediaKind { Image, Voice, Audio, Video, File, Sticker }

public sealed record MediaPart(MediaKind Kind, MediaRef Media) : MessagePart
{
    public string? Caption { get; init; }
}

/// <summary>Where a file can be had: by id through the adapter, by address, or both. An address is data from outside.</summary>
public sealed record MediaRef(string? Id, string? Url = null)
{
    public string? Mime { get; init; }

    public string? FileName { get; init; }

    public long? Size { get; init; }

    public string? Sha256 { get; init; }

    public TimeSpan? Duration { get; init; }

    public string? ThumbId { get; init; }

    public string? ThumbUrl { get; init; }

    /// <summary>The message that it came with, where the platform wants to know.</summary>
    public string? MessageId { get; init; }

    /// <summary>What the platform further says: format, image set, sticker package.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = Nothing.Facts;

    public override string ToString() => "media";
}

public sealed record LocationPart(double Latitude, double Longitude) : MessagePart
{
    public string? Title { get; init; }

    public string? Address { get; init; }

    public string? Url { get; init; }
}

public sealed record ContactPart(string? Name) : MessagePart
{
    public IReadOnlyList<string> Phones { get; init; } = [];

    public IReadOnlyList<string> Emails { get; init; } = [];

    public string? UserId { get; init; }
}

/// <param name="Kind">link, share, story_mention …</param>
public sealed record LinkPart(string Kind, string? Url) : MessagePart
{
    public string? Title { get; init; }

    public string? Description { get; init; }

    public string? ThumbUrl { get; init; }
}

/// <summary>Something with a form of its own: a product, an order, a mini program's page, forwarded messages.</summary>
public sealed record CardPart(string Kind) : MessagePart
{
    public string? Id { get; init; }

    public string? Title { get; init; }

    public IReadOnlyDictionary<string, string> Facts { get; init; } = Nothing.Facts;
}
