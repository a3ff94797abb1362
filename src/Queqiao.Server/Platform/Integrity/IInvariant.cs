namespace Queqiao.Server.Platform.Integrity;

/// <summary>
/// One of the promises that hold at every moment, checked on what is stored now. A module brings those that it can see. Cheap enough for a
/// server at work: what is recent, never everything (<c>queqiao check</c> reads everything).
/// </summary>
internal interface IInvariant
{
    /// <summary>1 to 6, as the console and docs/architecture.md name them.</summary>
    int No { get; }

    Task<Seen> Look(int ws, CancellationToken ct);
}

/// <summary>What a look found.</summary>
/// <param name="Count">How many things were looked at; 0: there is nothing yet that could break it.</param>
/// <param name="Broken">What breaks it: ids, never names.</param>
internal sealed record Seen(long Count, IReadOnlyList<string> Broken);
