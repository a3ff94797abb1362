using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>What an administrator may see of the listeners, and do with entries they gave up.</summary>
internal interface IListenerDesk
{
    /// <summary>Every listener: entries it has still to digest (all workspaces), conversations on hold and entries parked (this workspace).</summary>
    Task<IReadOnlyList<ListenerState>> States(int ws, CancellationToken ct);

    /// <summary>Parked entries of a workspace, newest first.</summary>
    Task<IReadOnlyList<ParkedEntry>> Parked(int ws, string? listener, ParkedEntry? after, int limit, CancellationToken ct);

    /// <summary>Tells the listener again, now. Null: it took it, and the entry is no longer parked.</summary>
    Task<Refusal?> Replay(WriteUnit unit, int ws, ParkedKey key, CancellationToken ct);

    /// <summary>Nobody will tell the listener again.</summary>
    Task<bool> Discard(WriteUnit unit, int ws, ParkedKey key, CancellationToken ct);
}

internal sealed record ListenerState(string Name, long Lag, int Held, int Parked);

internal sealed record ParkedKey(string Listener, Guid ConversationId, long Seq);

/// <param name="Error">The kind of the exception; its text may quote people.</param>
internal sealed record ParkedEntry(ParkedKey Key, int Tries, string Error, long ParkedAt);
