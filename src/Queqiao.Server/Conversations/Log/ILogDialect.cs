using System.Data.Common;

namespace Queqiao.Server.Conversations.Log;

/// <summary>The log's hot path in the words of one database.</summary>
internal interface ILogDialect
{
    /// <summary>Fills <see cref="LogBatch.Known"/>, <see cref="LogBatch.Customers"/> and <see cref="LogBatch.Heads"/>, heads locked in the order of their ids.</summary>
    ValueTask Load(LogBatch batch, DbConnection connection, DbTransaction transaction, CancellationToken ct);

    /// <summary>The wrapped keys of these people, in one query; null: destroyed.</summary>
    ValueTask<IReadOnlyList<(int Ws, Guid Contact, byte[]? Wrapped)>> Keys(IReadOnlyCollection<(int Ws, Guid Contact)> people, DbConnection connection, DbTransaction transaction, CancellationToken ct);

    /// <summary>Places and stores what was decided.</summary>
    ValueTask Store(LogBatch batch, DbConnection connection, DbTransaction transaction, CancellationToken ct);
}
