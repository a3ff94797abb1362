using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Queueing;

internal sealed class ConversationQueue(IStorageEngine storage, ConversationLog log, QueueNews news, HolderSight sight) : IConversationQueue
{
    private const int MostTakenBack = 200;

    public event Action<int>? Changed
    {
        add => news.Changed += value;
        remove => news.Changed -= value;
    }

    public async Task<IReadOnlyList<WaitingConversation>> Waiting(int ws, int most, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Visible(Scope<ConversationHead>.Workspace(ws))
            .Where(head => head.Status == ConversationStatus.Queued && head.AssigneeId == null)
            .OrderBy(head => head.Priority == "urgent" ? 0 : head.Priority == "high" ? 1 : head.Priority == "medium" ? 2 : head.Priority == "low" ? 4 : 3)
            .ThenBy(head => head.WaitingSince ?? head.LastActivityAt).ThenBy(head => head.Id)
            .Take(most)
            .Select(head => new WaitingConversation(head.Id, head.TeamId, head.Priority, head.WaitingSince ?? head.LastActivityAt))
            .ToListAsync(ct);
    }

    public Task<IReadOnlySet<Guid>?> SeenBy(int ws, Guid agentId, IReadOnlyCollection<Guid> conversations, CancellationToken ct) => sight.Of(ws, agentId, conversations, ct);

    public async Task<IReadOnlyDictionary<Guid, int>> Loads(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await Held(db, ws).GroupBy(head => head.AssigneeId!.Value)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, ct);
    }

    public Task<int> LoadOf(WriteUnit unit, Guid agentId, CancellationToken ct) => Held(unit.Db, unit.Ws).CountAsync(head => head.AssigneeId == agentId, ct);

    public async Task<bool> Give(WriteUnit unit, Guid conversation, Guid agentId, string agentName, CancellationToken ct)
    {
        var outcome = await log.AppendIn(unit, Command(unit.Ws, conversation, head => head.GiveTo(new(agentId, agentName))), ct);
        if (outcome is LogOutcome.Stored)
            return true;
        unit.Abandon();
        return false;
    }

    public async Task<int> TakeBack(int ws, Guid agentId, CancellationToken ct)
    {
        List<Guid> theirs;
        await using (var db = storage.Read(ws))
        {
            theirs = await Held(db, ws).Where(head => head.AssigneeId == agentId && head.WaitingSince != null)
                .OrderBy(head => head.WaitingSince).Take(MostTakenBack).Select(head => head.Id).ToListAsync(ct);
        }
        var taken = 0;
        foreach (var id in theirs)
        {
            if (await log.Append(reply => Command(ws, id, head => head.TakeBackFrom(agentId), reply)) is LogOutcome.Stored)
                taken++;
        }
        return taken;
    }

    private static IQueryable<ConversationHead> Held(QueqiaoDb db, int ws) =>
        db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => head.Status == ConversationStatus.Open && head.AssigneeId != null);

    private static LogCommand Command(int ws, Guid conversation, Func<ConversationHead, Decision> decide, ILogReply? reply = null) => new()
    {
        Ws = ws,
        ConversationId = conversation,
        By = Sender.System,
        Decide = decide,
        Reply = reply ?? Unheard.Instance,
    };

    /// <summary>Whoever appends inside a unit reads the outcome there.</summary>
    private sealed class Unheard : ILogReply
    {
        public static readonly Unheard Instance = new();

        public void Done(LogOutcome outcome)
        {
        }

        public void Failed(Exception error)
        {
        }
    }
}
