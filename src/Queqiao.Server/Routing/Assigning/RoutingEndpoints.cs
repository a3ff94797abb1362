using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Assigning;

/// <param name="RequeueAfterMinutes">Null: what somebody holds stays theirs, however long they are gone.</param>
internal sealed record RoutingAnswer(string Mode, int? RequeueAfterMinutes)
{
    public static RoutingAnswer Of(Routing routing) => new(routing.Mode, routing.RequeueAfter is { } after ? (int)after.TotalMinutes : null);
}

internal static class RoutingEndpoints
{
    private const int MostMinutes = 24 * 60;

    public static async Task<IResult> Show(Actor actor, RoutingSettings settings, CancellationToken ct) =>
        TypedResults.Ok(RoutingAnswer.Of(await settings.Of(actor.Ws, ct)));

    public static async Task<IResult> Change(RoutingAnswer request, Actor actor, RoutingSettings settings, Assigner assigner, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (!RoutingMode.All.Contains(request.Mode))
            return Refusal.Invalid("mode", "not_one_of", string.Join(", ", RoutingMode.All)).ToProblem();
        if (request.RequeueAfterMinutes is < 1 or > MostMinutes)
            return Refusal.Invalid("requeueAfterMinutes", "out_of_range", 1, MostMinutes).ToProblem();
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<RoutingSetting>().SingleOrDefaultAsync(row => row.Ws == actor.Ws, stop);
            if (row is null)
                unit.Db.Table<RoutingSetting>().Add(row = new RoutingSetting { Ws = actor.Ws, Mode = request.Mode, ChangedAt = unit.Ids.Now() });
            (row.Mode, row.RequeueAfter, row.ChangedAt) = (request.Mode, request.RequeueAfterMinutes * 60_000L, unit.Ids.Now());
            unit.AfterCommit(() => settings.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "routing.changed", "workspace", null, request, stop);
            return true;
        }, ct);
        assigner.Wake(actor.Ws);
        return TypedResults.Ok(RoutingAnswer.Of(await settings.Of(actor.Ws, ct)));
    }
}
