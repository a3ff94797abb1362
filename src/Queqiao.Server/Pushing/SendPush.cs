using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Pushing.Storage;

namespace Queqiao.Server.Pushing;

/// <summary>Calls one browser of one agent about one thing, if it is still worth a call when its time has come.</summary>
[NoPurposeGate("Calls those who answer people to the people they answer.")]
internal sealed class SendPush(PushBook book, PushSender sender, ICalledFor conversations, IAgentCalls agents, ISessions sessions, IStorageEngine storage, TimeProvider clock) : IJobHandler
{
    public const string Name = "agents.push";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 16, MostTries = 6, Keep = TimeSpan.Zero };

    internal sealed record Payload(Guid Subscription, string What, Guid Conversation, long Seq, long At);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var about = run.Payload<Payload>();
        if (await book.Find(run.Ws, about.Subscription, ct) is not { } to || clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(about.At) > PushSender.Lasts)
            return new JobOutcome.Done();
        if (await agents.Of(run.Ws, to.AgentId, ct) is not { } agent || !await sessions.Stands(new SignedInBy(to.SessionHash), active: false, ct))
            return Forget(to.Id); // signed out: what comes is nobody's business on that screen
        if (agent.IsQuiet || await conversations.Of(run.Ws, to.AgentId, about.Conversation, about.Seq, ct) is not { } called || !IsWorth(about.What, called))
            return new JobOutcome.Done();
        await using var db = storage.Read(run.Ws);
        var setting = await db.Table<PushSetting>().AsNoTracking().SingleAsync(row => row.Ws == run.Ws, ct);
        var outcome = await sender.Send(setting, to, about.What, PushSender.Notice(agent.Locale, about.What, setting.Content, about.Conversation, called.Who, called.Text), ct);
        return outcome.Answer switch
        {
            PushAnswer.Sent => Noted(to.Id, null),
            PushAnswer.Gone => Forget(to.Id),
            PushAnswer.Refused => Noted(to.Id, outcome.Code), // another try says the same; the agent sees why
            _ => new JobOutcome.TryLater("push_away", outcome.After, outcome.Code),
        };
    }

    /// <summary>What was read, taken or given away meanwhile calls nobody.</summary>
    private static bool IsWorth(string what, Called now) => what switch
    {
        PushEvents.Waiting => now.IsWaiting,
        PushEvents.Mention => true,
        _ => now is { IsSeen: false, IsMine: true },
    };

    private static JobOutcome.Done Forget(Guid id) => new((unit, stop) => PushBook.Forget(unit, id, stop));

    private static JobOutcome.Done Noted(Guid id, string? trouble) => new((unit, stop) => PushBook.Note(unit, id, trouble, stop));
}
