using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>
/// Follows the log with a durable cursor of its own: at least once, in order within a conversation. What it cannot digest is
/// held back for that conversation alone, tried again, and parked for an administrator after the last try.
/// </summary>
internal interface ILogListener
{
    /// <summary>The cursor's name: never rename.</summary>
    string Name { get; }

    /// <summary>
    /// Digests entries, inside the transaction that moves the cursor: what it writes through <paramref name="unit"/> happens exactly once.
    /// An exception rolls back and is tried again with fewer entries.
    /// </summary>
    Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct);
}
