using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Pushing.Storage;

namespace Queqiao.Server.Pushing;

/// <summary>Follows the log: whoever is given something, named, written to or waited for, and takes pushes, gets a job for each of their browsers.</summary>
internal sealed class CallAgents(JobQueue jobs) : ILogListener
{
    /// <summary>Whoever is before the console reads meanwhile, and is not called.</summary>
    private const long Soon = 4_000;

    /// <summary>Whoever waits may be given to somebody by the server.</summary>
    private const long Later = 10_000;

    public string Name => "agents.calls";

    private sealed record Call(LogEntry Entry, string What, Guid? Agent);

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        foreach (var workspace in entries.Select(Of).OfType<Call>().GroupBy(call => call.Entry.Ws))
        {
            var ws = workspace.Key;
            var browsers = await unit.Db.Table<PushSubscription>().AsNoTracking().Where(row => row.Ws == ws).Select(row => new { row.Id, row.AgentId }).ToListAsync(ct);
            if (browsers.Count == 0)
                continue; // nearly always: the batch goes on
            var people = browsers.Select(row => row.AgentId).Distinct().ToList();
            var rules = await unit.Db.Table<PushChoice>().AsNoTracking().Where(row => row.Ws == ws && people.Contains(row.AgentId)).ToDictionaryAsync(row => row.AgentId, row => PushRules.Read(row.Rules), ct);
            var ids = workspace.Select(call => call.Entry.ConversationId).Distinct().ToArray();
            var heads = await unit.Db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => ids.Contains(head.Id)).Select(head => new { head.Id, head.AssigneeId }).ToDictionaryAsync(head => head.Id, ct);
            var called = workspace.SelectMany(call => Whom(call, heads.TryGetValue(call.Entry.ConversationId, out var head) ? head.AssigneeId : null, people)
                .Where(agent => rules.GetValueOrDefault(agent, PushRules.Usual).Wants(call.What)).Select(agent => (Agent: agent, Call: call)));
            // Of what happens to somebody in one conversation in one breath the last calls.
            await jobs.Add(unit, [.. called.GroupBy(one => (one.Agent, one.Call.Entry.ConversationId)).Select(same => same.MaxBy(one => one.Call.Entry.Seq))
                .SelectMany(one => browsers.Where(row => row.AgentId == one.Agent).Select(row => Job(ws, row.Id, one.Call)))], ct);
        }
    }

    private static Call? Of(LogEntry entry) => entry.Body switch
    {
        AssigneeChanged { To: { } to } when to.Id != entry.Sender.Id => new(entry, PushEvents.Assigned, to.Id),
        Mentioned named when named.AgentId != entry.Sender.Id => new(entry, PushEvents.Mention, named.AgentId),
        MessagePosted { Direction: Direction.In } => new(entry, PushEvents.Message, null),
        StatusChanged { To: ConversationStatus.Queued } or ConversationStarted => new(entry, PushEvents.Waiting, null),
        _ => null,
    };

    private static IEnumerable<Guid> Whom(Call call, Guid? holder, List<Guid> people) => call.What switch
    {
        PushEvents.Waiting => people,
        PushEvents.Message => people.Where(agent => agent == holder),
        _ => people.Where(agent => agent == call.Agent),
    };

    private static NewJob Job(int ws, Guid browser, Call call) =>
        NewJob.Of(ws, SendPush.Name, new SendPush.Payload(browser, call.What, call.Entry.ConversationId, call.Entry.Seq, call.Entry.At)) with { RunAt = call.Entry.At + (call.What == PushEvents.Waiting ? Later : Soon) };
}
