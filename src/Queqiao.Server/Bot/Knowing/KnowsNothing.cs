namespace Queqiao.Server.Bot.Knowing;

/// <summary>Without a knowledge base.</summary>
internal sealed class KnowsNothing : IBotKnowledgeSource
{
    public event Action<int>? Changed
    {
        add { }
        remove { }
    }

    public ValueTask<BotKnowledge> Read(int ws, CancellationToken ct) => ValueTask.FromResult(BotKnowledge.Nothing);
}
