using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Overload;

namespace Queqiao.Server.Platform.Storage;

/// <summary>One of the two databases. Everything above this line is the same for both.</summary>
internal interface IStorageEngine : IWriteLane, IAsyncDisposable
{
    bool IsPostgres { get; }

    /// <summary>The keys of what is stored here.</summary>
    Vault Vault { get; }

    /// <summary>How much waits to be written.</summary>
    Backlog Backlog { get; }

    /// <summary>Creates or upgrades the store, then opens it.</summary>
    Task Start(CancellationToken ct);

    /// <summary>A reading context that sees one workspace.</summary>
    QueqiaoDb Read(int ws);

    /// <summary>A reading context for look-ups before a workspace is known (who signs in, whose channel is this), and for listeners.</summary>
    QueqiaoDb ReadSystem();

    /// <summary>Like <see cref="IWriteLane.Run{T}"/>, over workspaces: set-up, sessions, listeners' cursors.</summary>
    Task<T> RunSystem<T>(Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct);

    /// <summary>The hot path: writes of one kind, stored in groups.</summary>
    IGroupWriter<TItem> Group<TItem>(IGroupBody<TItem> body);

    /// <summary>
    /// After something was destroyed for good: takes what is left of it out of the write-ahead log and, as far as this database lets a
    /// running server, out of its pages (docs/operations.md "Erasing").
    /// </summary>
    Task Scrub(CancellationToken ct);

    /// <summary>Whether the database answers and takes writes now.</summary>
    Task<bool> Ready(CancellationToken ct);
}
