using Queqiao.Server.Conversations.Log;

namespace Queqiao.Server.Conversations.Queueing;

/// <summary>Hears in the log when somebody could be given work: a conversation began to wait, an agent has one less. Not every message is news.</summary>
internal sealed class QueueNews : ILogFollower
{
    public event Action<int>? Changed;

    public void After(LogBatch batch)
    {
        if (batch.IsHeard)
            return; // the node that wrote it looks for somebody; all of them would only race
        foreach (var ws in batch.Heads.Values.Where(head => batch.Begun.Contains((head.Ws, head.Id)) || IsNews(batch, head)).Select(head => head.Ws).Distinct())
            Changed?.Invoke(ws);
    }

    private static bool IsNews(LogBatch batch, ConversationHead head) =>
        batch.Before.TryGetValue((head.Ws, head.Id), out var before) && (before.Status != head.Status || before.AssigneeId != head.AssigneeId);
}
