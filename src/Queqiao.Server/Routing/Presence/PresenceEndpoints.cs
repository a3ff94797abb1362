using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Presence;

/// <param name="Open">Open conversations they hold.</param>
/// <param name="Capacity">Conversations that may be given to them at once.</param>
internal sealed record PresenceItem(Guid AgentId, string Name, string Status, string? Reason, string Since, int Open, int Capacity);

internal sealed record PresenceList(IReadOnlyList<PresenceItem> Items);

internal sealed record PresenceHistoryItem(Guid AgentId, string At, string Status, string? Reason);

internal sealed record PresenceHistory(IReadOnlyList<PresenceHistoryItem> Items, string? NextCursor);

internal static class PresenceEndpoints
{
    private const int MostReason = 60;

    /// <param name="Status">One of <see cref="PresenceStatus"/>.</param>
    /// <param name="Reason">Why away, in a few words for colleagues.</param>
    public sealed record Request(string Status, string? Reason = null);

    public static async Task<IResult> List(Actor actor, AgentStatuses statuses, IConversationQueue queue, IAgents agents, TimeProvider clock, CancellationToken ct)
    {
        var loads = await queue.Loads(actor.Ws, ct);
        var items = new List<PresenceItem>();
        foreach (var one in statuses.Of(actor.Ws))
        {
            if (actor.Knows(one.AgentId) && await agents.Find(actor.Ws, one.AgentId, ct) is { Disabled: false } agent)
                items.Add(Item(one, agent, loads.GetValueOrDefault(one.AgentId), clock));
        }
        return TypedResults.Ok(new PresenceList([.. items.OrderBy(item => item.Name, StringComparer.CurrentCulture).ThenBy(item => item.AgentId)]));
    }

    public static async Task<IResult> Choose(Request request, Actor actor, AgentStatuses statuses, IStorageEngine storage, IConversationQueue queue, IAgents agents, TimeProvider clock, CancellationToken ct)
    {
        if (!PresenceStatus.All.Contains(request.Status))
            return Refusal.Invalid("status", "not_one_of", string.Join(", ", PresenceStatus.All)).ToProblem();
        var reason = request.Reason?.Trim() is { Length: > 0 } given ? given : null;
        if (reason?.Length > MostReason)
            return Refusal.Invalid("reason", "too_long", MostReason).ToProblem();
        await statuses.Rows(actor.Ws, [actor.AgentId], ct); // the row is there, whoever made it
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            unit.AfterCommit(() => statuses.Chose(actor.Ws, actor.AgentId, request.Status, reason, now));
            return await unit.Db.Table<AgentPresenceRow>().Where(row => row.Ws == actor.Ws && row.AgentId == actor.AgentId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, request.Status).SetProperty(row => row.Reason, reason).SetProperty(row => row.Since, now), stop);
        }, ct);
        var agent = await agents.Find(actor.Ws, actor.AgentId, ct);
        var loads = await queue.Loads(actor.Ws, ct);
        return TypedResults.Ok(Item(statuses.Of(actor.Ws).Single(one => one.AgentId == actor.AgentId), agent!, loads.GetValueOrDefault(actor.AgentId), clock));
    }

    public static async Task<IResult> History(Actor actor, IStorageEngine storage, CancellationToken ct, Guid? agent = null, string? cursor = null, int limit = 50)
    {
        if (limit is < 1 or > 200)
            return Refusal.Invalid("limit", "out_of_range", 1, 200).ToProblem();
        var (before, after) = (long.MaxValue, Guid.Empty);
        if (cursor?.Split('_') is { } parts && (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out before) || !Guid.TryParseExact(parts[1], "N", out after)))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<PresenceChange>().AsNoTracking()
            .Where(row => row.Ws == actor.Ws && (row.At < before || (row.At == before && row.AgentId.CompareTo(after) > 0)) && (agent == null || row.AgentId == agent))
            .OrderByDescending(row => row.At).ThenBy(row => row.AgentId).Take(limit + 1).ToListAsync(ct);
        var page = rows.Take(limit).ToList();
        return TypedResults.Ok(new PresenceHistory(
            [.. page.Where(row => actor.Knows(row.AgentId)).Select(row => new PresenceHistoryItem(row.AgentId, WireTime.Format(row.At), row.Status, row.Reason))],
            rows.Count > limit ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].At}_{page[^1].AgentId:N}") : null));
    }

    private static PresenceItem Item(AgentStatus one, AgentView agent, int open, TimeProvider clock) =>
        new(one.AgentId, agent.Name, one.At(clock.GetUtcNow().ToUnixTimeMilliseconds()), one.Reason, WireTime.Format(one.Since), open, agent.Capacity);
}
