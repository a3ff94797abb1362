using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Queqiao.Server.Platform.Integrity;

namespace Queqiao.Server.Platform.Observing;

/// <summary>Sees every statement that goes through EF Core: notes the slow ones, and what fails because the database is damaged.</summary>
internal sealed class StatementWatch : DbCommandInterceptor
{
    public static readonly StatementWatch Instance = new();

    /// <summary>What fails while rows are read is told by EF Core's log only.</summary>
    public static DbContextOptionsBuilder<T> Watched<T>(DbContextOptionsBuilder<T> options) where T : DbContext
    {
        options.AddInterceptors(Instance);
        options.LogTo(static (id, _) => id == CoreEventId.QueryIterationFailed, static told =>
        {
            if (told is DbContextTypeErrorEventData { Exception: var trouble } && Damages.IsOfDatabase(trouble))
                Damages.Note("database");
        });
        return options;
    }

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        SlowStatements.Note(command.CommandText, eventData.Duration);
        return result;
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        SlowStatements.Note(command.CommandText, eventData.Duration);
        return ValueTask.FromResult(result);
    }

    /// <summary>SQLite finds its rows while they are read: that is the longer part.</summary>
    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (command is Microsoft.Data.Sqlite.SqliteCommand)
            SlowStatements.Note(command.CommandText, eventData.Duration);
        return result;
    }

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        SlowStatements.Note(command.CommandText, eventData.Duration);
        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        SlowStatements.Note(command.CommandText, eventData.Duration);
        return ValueTask.FromResult(result);
    }

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Failed(eventData);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Failed(eventData);
        return Task.CompletedTask;
    }

    private static void Failed(CommandErrorEventData eventData)
    {
        if (Damages.IsOfDatabase(eventData.Exception))
            Damages.Note("database");
    }
}
