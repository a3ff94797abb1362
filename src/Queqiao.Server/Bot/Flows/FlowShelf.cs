using Queqiao.Server.Bot.Thinking;

namespace Queqiao.Server.Bot.Flows;

/// <summary>The published flows of each workspace, from memory.</summary>
internal class FlowShelf
{
    /// <summary>Something was published or taken back.</summary>
    public event Action<int>? Changed;

    public virtual ValueTask<FlowBook> Of(int ws, CancellationToken ct) => ValueTask.FromResult(FlowBook.Empty);

    protected void Tell(int ws) => Changed?.Invoke(ws);
}
