using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Bulk;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Scheduling;

/// <summary>
/// Sends a message whose time has come, in the name and with the rights of who wrote it. It goes the way of every message, so what
/// refuses one now (the channel's window is closed, the conversation went on elsewhere) refuses this one too, and is written down.
/// </summary>
[NoPurposeGate("sends what an agent wrote to the person: part of answering them")]
internal sealed class SendScheduled(Schedule schedule, BulkActs acts, ConversationReader reader, ConversationLog log, SendingFiles files, Ids ids) : IJobHandler
{
    public const string Name = "conversations.send_scheduled";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 4, MostTries = 10 };

    internal sealed record Payload(Guid Id);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        if (await schedule.Find(run.Ws, run.Payload<Payload>().Id, ct) is not var (row, body) || row.State != ScheduledState.Waiting || row.JobId != run.Id)
            return new JobOutcome.Done(); // given up, or moved to another time
        if (row.SendAt > ids.Now())
            return new JobOutcome.TryLater("scheduled_early", TimeSpan.FromMilliseconds(row.SendAt - ids.Now())) { Counts = false };
        if (await acts.ActorOf(run.Ws, row.AgentId, ct) is not { } actor || !actor.May(Permissions.Reply))
            return Ends(row, ScheduledState.Failed, "scheduled_author_gone");
        if (row.UnlessAfter is { } seen && await reader.Head(actor.Conversations(), row.ConversationId, ct) is { } head && head.LastInSeq > seen)
            return Ends(row, ScheduledState.Skipped, "scheduled_customer_wrote");
        return await Send(actor, row, body) is LogOutcome.Refused { Refusal.Code: var code }
            ? Ends(row, ScheduledState.Failed, code)
            : Ends(row, ScheduledState.Sent, null);
    }

    public async Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct)
    {
        if (await schedule.Find(run.Ws, run.Payload<Payload>().Id, ct) is var (row, _) && row.State == ScheduledState.Waiting && row.JobId == run.Id)
            await schedule.Ended(unit, row, ScheduledState.Failed, "internal", ct);
    }

    private Task<LogOutcome> Send(Actor actor, ScheduledRow row, ScheduledBody body)
    {
        // The same at every try, so a job that begins twice says it once.
        var (plain, markdown) = Sending.Read(body.Text, body.Format);
        var said = new Outgoing($"later-{row.JobId:N}", plain, ReplyTo: body.ReplyTo) { Reopens = true, Markdown = markdown };
        return body.Files is { Count: > 0 } sent
            ? files.Send(FileOwner.OfAgent(actor.Ws, row.AgentId), sent, isPublic: true, (ready, reply) => Sending.ByAgent(actor, row.ConversationId, said with { Files = ready }, reply, null))
            : log.Append(reply => Sending.ByAgent(actor, row.ConversationId, said, reply, origin: null));
    }

    private JobOutcome.Done Ends(ScheduledRow row, string state, string? reason) => new((unit, stop) => schedule.Ended(unit, row, state, reason, stop));
}
