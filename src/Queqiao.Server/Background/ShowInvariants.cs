using System.Text.Json;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Integrity.Storage;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Background;

/// <summary><c>GET</c> and <c>POST /api/v1/system/invariants</c>: what must hold at every moment, and how the last look ended.</summary>
internal static class ShowInvariants
{
    /// <param name="No">1 to 6.</param>
    /// <param name="State"><c>holds</c>, <c>broken</c>, or <c>nothing</c>: there is nothing yet that could break it.</param>
    /// <param name="Looked">At how many things.</param>
    /// <param name="Sample">Some of what breaks it: ids.</param>
    internal sealed record Invariant(int No, string State, string CheckedAt, long Looked, long Broken, IReadOnlyList<string> Sample, long TookMs)
    {
        public static Invariant Of(InvariantRow row) => new(
            row.No, row.Broken > 0 ? "broken" : row.Looked > 0 ? "holds" : "nothing", WireTime.Format(row.CheckedAt), row.Looked, row.Broken,
            row.Sample is null ? [] : JsonSerializer.Deserialize<string[]>(row.Sample)!, row.TookMs);
    }

    internal sealed record Page(IReadOnlyList<Invariant> Items);

    public static async Task<IResult> Handle(Actor actor, Invariants invariants, CancellationToken ct) =>
        TypedResults.Ok(new Page([.. (await invariants.Known(actor.Ws, ct)).Select(Invariant.Of)]));

    public static async Task<IResult> Look(Actor actor, Invariants invariants, CancellationToken ct) =>
        TypedResults.Ok(new Page([.. (await invariants.Look(actor.Ws, ct)).Select(Invariant.Of)]));
}
