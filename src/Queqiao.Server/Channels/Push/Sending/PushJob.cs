using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Push.Sending;

/// <summary>Whether somebody is to be told now: not who has read it, not who has the chat open. One request each follows as a job of its own.</summary>
[NoPurposeGate("tells a customer of the answer that they asked for")]
internal sealed class PushJob(PushDesk desk, PushNotes notes, IOutgoingMessages messages, ICustomerConversations customers, IStorageEngine storage, JobQueue jobs, Ids ids) : IJobHandler
{
    public const string Name = "channels.push";

    /// <summary>Who is connected and does not read is looked at again, so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(45);

    internal sealed record Payload(Guid Conversation);

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 8, MostTries = 6, Keep = TimeSpan.Zero };

    public static NewJob Of(int ws, Guid conversation) => NewJob.Of(ws, Name, new Payload(conversation)) with { Lane = $"push:{conversation:N}" };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var conversation = run.Payload<Payload>().Conversation;
        // First this, then the look: what is said from now on has a job of its own.
        await Mark(run.Ws, conversation, waiting: false, ct);
        await using var db = storage.Read(run.Ws);
        var mark = await db.Visible(Scope<PushMark>.Workspace(run.Ws)).SingleOrDefaultAsync(row => row.ConversationId == conversation, ct);
        if (mark is null || await messages.Unseen(run.Ws, conversation, ct) is not { } unseen || unseen.LastSeq <= mark.ToldSeq)
            return new JobOutcome.Done();
        if (await customers.IsConnected(new Customer(run.Ws, unseen.Who), conversation, ct))
        {
            if (ids.Now() - mark.Since > Patience.TotalMilliseconds)
                return new JobOutcome.Done();
            await Mark(run.Ws, conversation, waiting: true, ct);
            return new JobOutcome.TryLater("push_is_here", Look) { Counts = false };
        }
        var sends = await notes.Plan(await desk.Of(run.Ws, ct), run.Ws, conversation, unseen, ct);
        return new JobOutcome.Done(async (unit, stop) =>
        {
            await unit.Db.Visible(Scope<PushMark>.Workspace(run.Ws)).Where(row => row.ConversationId == conversation && row.ToldSeq < unseen.LastSeq)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ToldSeq, unseen.LastSeq), stop);
            if (sends.Count > 0)
                await jobs.Add(unit, sends, stop);
        });
    }

    private Task<int> Mark(int ws, Guid conversation, bool waiting, CancellationToken ct) => storage.Run(ws, (unit, stop) =>
        unit.Db.Visible(Scope<PushMark>.Workspace(ws)).Where(row => row.ConversationId == conversation).ExecuteUpdateAsync(set => set.SetProperty(row => row.Waiting, waiting), stop), ct);
}
