using Queqiao.Server.Conversations.Log;

namespace Queqiao.Server.Conversations.Bots;

/// <summary>Hears in the log when a customer wrote where the bot holds the conversation.</summary>
internal sealed class BotNews : ILogFollower
{
    public event Action<BotCall>? Called;

    public void After(LogBatch batch)
    {
        if (batch.IsHeard || Called is null)
            return; // the node that wrote it answers; should it die, what is owed is found again
        foreach (var head in batch.Heads.Values)
        {
            if (head.IsBots() && head.WaitingSince is not null)
                Called(new BotCall(head.Ws, head.Id, head.LastInSeq));
        }
    }
}
