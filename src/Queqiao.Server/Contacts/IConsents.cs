using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>Notices of channels and the ledger of what people agreed to: what other modules may ask and tell.</summary>
internal interface IConsents
{
    /// <summary>The newest notice in each language. A few seconds old at most; changes of this node show at once.</summary>
    ValueTask<IReadOnlyList<Notice>> Notices(int ws, Guid channelId, CancellationToken ct);

    /// <summary>Every version that a channel has ever shown, newest first.</summary>
    Task<IReadOnlyList<Notice>> History(int ws, Guid channelId, CancellationToken ct);

    /// <summary>Adds a version, unless the newest one in this language already says the same.</summary>
    Task<(Notice Notice, bool IsNew)> Publish(WriteUnit unit, NoticeDraft draft, Guid by, CancellationToken ct);

    /// <summary>What a person agreed to, by purpose; a purpose that is not there was never asked for.</summary>
    Task<IReadOnlyDictionary<string, bool>> StateOf(int ws, Guid contactId, CancellationToken ct);

    /// <summary>The contact behind a channel's identity; null before they wrote.</summary>
    Task<Guid?> ContactOf(int ws, Guid channelId, string identity, CancellationToken ct);

    /// <summary>Adds to the ledger what changes something: the same answer twice is one line.</summary>
    Task Record(WriteUnit unit, Guid contactId, IReadOnlyList<ConsentLine> lines, CancellationToken ct);
}

/// <param name="Text">What the person reads: who, why, what, how long, which rights.</param>
/// <param name="Purposes">One sentence for each purpose that is asked for by itself.</param>
internal sealed record NoticeDraft(Guid ChannelId, string Locale, string Text, IReadOnlyDictionary<string, string> Purposes);

/// <param name="Version">1, 2, 3 … in its language.</param>
/// <param name="Hash">SHA-256 over language, text and purposes, as lower hex: what the ledger points at.</param>
internal sealed record Notice(Guid ChannelId, string Locale, int Version, string Text, IReadOnlyDictionary<string, string> Purposes, string Hash, long CreatedAt);

/// <summary>What a visitor answered to a notice.</summary>
/// <param name="Hash">Of the notice they saw.</param>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Accepted">They pressed the button; else it was in front of them.</param>
/// <param name="Purposes">Those that they switched on.</param>
internal sealed record NoticeAnswer(string Hash, long At, bool Accepted, IReadOnlyList<string> Purposes);

/// <param name="How"><c>widget</c>, <c>agent</c> or <c>import</c>.</param>
/// <param name="ActorId">The agent who wrote it down.</param>
internal sealed record ConsentLine(string Purpose, string Act, long At, string How, Guid? ChannelId = null, Notice? Notice = null, Guid? ActorId = null);
