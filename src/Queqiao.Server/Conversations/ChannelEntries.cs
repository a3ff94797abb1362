namespace Queqiao.Server.Conversations;

/// <summary>A file that came with a message and lies with the channel's provider still.</summary>
/// <param name="Kind">image, audio, video or file.</param>
/// <param name="Ref">By what the channel finds it: JSON of its own.</param>
internal sealed record IncomingMedia(string Kind, string? Name, string? ContentType, long? Size, int? DurationMs, string Ref);

/// <summary>A template that the platform has approved, and what stood in its places.</summary>
internal sealed record SentTemplate(string Name, string Language, IReadOnlyList<string> Values);

/// <summary>How far deliveries came. Several changes of one moment are one entry.</summary>
internal sealed record DeliveryChanged(IReadOnlyList<DeliveryNews> Items) : EntryBody;

/// <param name="Of">Seq of the message.</param>
/// <param name="State">As in <see cref="DeliveryStates"/>.</param>
/// <param name="Code">Of a failure: the provider's, or ours.</param>
internal sealed record DeliveryNews(long Of, string State, string? Code = null)
{
    /// <summary>The code of a change that the provider did not take: it still shows the old message.</summary>
    public const string NotChanged = "not_changed";

    /// <summary>The reason in words, for colleagues.</summary>
    public string? Zh { get; init; }

    public string? En { get; init; }

    /// <summary>The provider says that nothing more may be sent.</summary>
    public bool ClosesWindow { get; init; }
}

/// <summary>How far a delivery can come. Stored and on the wire.</summary>
internal static class DeliveryStates
{
    public const string Pending = "pending";
    public const string Sent = "sent";
    public const string Delivered = "delivered";
    public const string Read = "read";
    public const string Failed = "failed";

    /// <summary>States come out of order and never go back.</summary>
    public static int Rank(string state) => state switch { Pending => 0, Failed => 1, Sent => 2, Delivered => 3, Read => 4, _ => -1 };
}

/// <summary>A file of a message is here, or is known not to come.</summary>
/// <param name="Of">Seq of the message.</param>
/// <param name="Index">Which of its <see cref="MessagePosted.Media"/>.</param>
/// <param name="Failed">Why it is not to be had: a code with a text in both languages.</param>
internal sealed record FileArrived(long Of, int Index, SentFile? File, string? Failed = null) : EntryBody;

/// <summary>Somebody put a sign to a message, or took it away.</summary>
/// <param name="Of">Seq of the message.</param>
/// <param name="Emoji">Null: the platform does not say which one was taken away.</param>
internal sealed record Reacted(long Of, string? Emoji, bool Removed) : EntryBody
{
    /// <summary>Of what only undoes a sign of ours that the platform did not take: its code, or ours.</summary>
    public string? Code { get; init; }

    /// <summary>The reason in words, for colleagues.</summary>
    public string? Zh { get; init; }

    public string? En { get; init; }
}

/// <summary>Something happened on the channel that is no message: followed, unfollowed, a menu was pressed.</summary>
/// <param name="What">A name of ours, or the platform's.</param>
/// <param name="Trigger">What it opens by the channel's rules (<see cref="WindowUses"/>); null: nothing.</param>
/// <param name="SaidAt">By the provider's clock, in Unix milliseconds.</param>
internal sealed record ChannelNoted(string What, string? Text = null, string? Trigger = null, long? SaidAt = null) : InternalEntry;
