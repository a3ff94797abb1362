using Queqiao.Server.Platform.Integrity;

namespace Queqiao.Server.Routing.Assigning;

/// <summary>4. Nobody waits while somebody who may take them is free. That nobody is given too much is checked by the giving itself, with the agent's row locked.</summary>
internal sealed class NobodyOverlooked(Assigner assigner, TimeProvider clock) : IInvariant
{
    /// <summary>Longer than the look that the assigner takes by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    public int No => 4;

    public async Task<Seen> Look(int ws, CancellationToken ct)
    {
        var first = await assigner.Overlooked(ws, Patience, ct);
        if (first.Overlooked.Count == 0)
            return new Seen(first.Waiting, []);
        await Task.Delay(Between, clock, ct); // who became free in this very moment is given something in the next
        var second = await assigner.Overlooked(ws, Patience, ct);
        return new Seen(first.Waiting, [.. first.Overlooked.Intersect(second.Overlooked).Select(id => id.ToString())]);
    }
}
