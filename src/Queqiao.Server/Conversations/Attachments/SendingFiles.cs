using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Attachments;

/// <summary>
/// Messages with files. The message and "these files belong to this conversation now" are one transaction, so a file is never lost to
/// the sweep after its message was stored, and never given away before.
/// </summary>
internal sealed class SendingFiles(IStorageEngine storage, ConversationLog log, FileAttachments attachments)
{
    /// <summary>Sends and waits for the commit.</summary>
    public Task<LogOutcome> Send(FileOwner owner, IReadOnlyList<Guid> ids, bool isPublic, Func<IReadOnlyList<SentFile>, ILogReply, LogCommand> command)
    {
        var reply = new Awaited();
        Post(owner, ids, isPublic, files => command(files, reply), reply);
        return reply.Task;
    }

    /// <summary>Sends; the reply is told after the commit.</summary>
    public void Post(FileOwner owner, IReadOnlyList<Guid> ids, bool isPublic, Func<IReadOnlyList<SentFile>, LogCommand> command, ILogReply reply) =>
        _ = Run(owner, ids, isPublic, command, reply);

    /// <summary>After a message was taken back, so are the links to its files.</summary>
    public Task Withdraw(LogEntry recalled) => recalled.Body is MessagePosted { Attachments: { Count: > 0 } sent }
        ? storage.Run(recalled.Ws, (unit, stop) => FileAttachments.Withdraw(unit, recalled.Ws, [.. sent.Select(file => file.Id)], stop), CancellationToken.None)
        : Task.CompletedTask;

    private async Task Run(FileOwner owner, IReadOnlyList<Guid> ids, bool isPublic, Func<IReadOnlyList<SentFile>, LogCommand> command, ILogReply reply)
    {
        try
        {
            var refusal = await storage.Run(owner.Ws, (unit, stop) => Store(unit, owner, ids, isPublic, command, stop), CancellationToken.None);
            if (refusal is not null)
                reply.Done(new LogOutcome.Refused(refusal)); // else the log tells, in its order
        }
        catch (Exception trouble)
        {
            reply.Failed(trouble);
        }
    }

    private async Task<Refusal?> Store(WriteUnit unit, FileOwner owner, IReadOnlyList<Guid> ids, bool isPublic, Func<IReadOnlyList<SentFile>, LogCommand> command, CancellationToken ct)
    {
        var (files, refusal) = await attachments.Take(unit, owner, ids, ct);
        if (files is null)
        {
            unit.Abandon();
            return refusal;
        }
        var outcome = await log.AppendIn(unit, command([.. files.Select(Sent)]), ct);
        if (outcome is not LogOutcome.Stored stored)
            return null;
        var contact = await unit.Db.Visible(Scope<ConversationHead>.Workspace(owner.Ws)).Where(head => head.Id == stored.ConversationId).Select(head => head.ContactId).SingleAsync(ct);
        if (await attachments.Sent(unit, owner.Ws, ids, stored.ConversationId, contact, isPublic, ct))
            return null;
        unit.Abandon();
        return Refusal.Conflict("file_sent_elsewhere");
    }

    private static SentFile Sent(FileView file) => new(file.Id, file.Kind, file.Name, file.ContentType, file.Size, file.Width, file.Height, file.DurationMs);

    private sealed class Awaited : ILogReply
    {
        private readonly TaskCompletionSource<LogOutcome> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<LogOutcome> Task => _source.Task;

        public void Done(LogOutcome outcome) => _source.TrySetResult(outcome);

        public void Failed(Exception error) => _source.TrySetException(error);
    }
}
