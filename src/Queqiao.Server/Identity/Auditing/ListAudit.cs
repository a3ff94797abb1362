using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>Something that was done.</summary>
/// <param name="Action">Object and verb: <c>channel.created</c>.</param>
/// <param name="Detail">What changed.</param>
/// <param name="Address">From where.</param>
/// <param name="Via">Through what: <c>session:ID</c>, <c>token:ID</c>, <c>approval:ID</c>.</param>
internal sealed record AuditEntry(Guid Id, DateTimeOffset At, AuditActor Actor, string Action, AuditObject Object, JsonElement? Detail, string? Address, string? Via)
{
    public static AuditEntry Of(AuditRow row, Dictionary<Guid, string> names) => new(
        row.Id, Instants.Of(row.At),
        new AuditActor(row.ActorKind, row.ActorId, row.ActorId is { } who ? names.GetValueOrDefault(who) : null),
        row.Action,
        new AuditObject(row.ObjectKind, row.ObjectId, Guid.TryParse(row.ObjectId, out var thing) ? names.GetValueOrDefault(thing) : null),
        row.Detail is null ? null : JsonDocument.Parse(row.Detail).RootElement,
        row.Address, row.Via);
}

/// <param name="Kind"><c>agent</c>, <c>token</c>, <c>system</c> or <c>anonymous</c>.</param>
internal sealed record AuditActor(string Kind, Guid? Id, string? Name);

/// <param name="Name">Of an agent or team.</param>
internal sealed record AuditObject(string Kind, string? Id, string? Name);

internal sealed record AuditList(IReadOnlyList<AuditEntry> Items, string? NextCursor);

/// <summary><c>GET /api/v1/audit</c>: newest first.</summary>
internal static class ListAudit
{
    private const int Most = 200;

    /// <param name="Actor">Who acted.</param>
    /// <param name="Action">An action, or all of a kind of object (<c>agent</c>).</param>
    /// <param name="Object">What it was done to, by id.</param>
    /// <param name="Address">From where.</param>
    /// <param name="From">At or after.</param>
    /// <param name="To">Before.</param>
    /// <param name="Limit">Of a page.</param>
    /// <param name="Cursor">From the page before.</param>
    public sealed record Query(Guid? Actor, string? Action, string? Object, string? Address, DateTimeOffset? From, DateTimeOffset? To, int? Limit, Guid? Cursor);

    public static async Task<IResult> Handle([AsParameters] Query query, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        if (query.Limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        var items = query.Limit ?? 50;
        await using var db = storage.Read(actor.Ws);
        var page = await Matching(db, actor.Ws, query).OrderByDescending(row => row.Id).Take(items + 1).ToListAsync(ct);
        var names = await Names(db, actor.Ws, page, ct);
        return TypedResults.Ok(new AuditList([.. page.Take(items).Select(row => AuditEntry.Of(row, names))], page.Count > items ? page[items - 1].Id.ToString() : null));
    }

    internal static IQueryable<AuditRow> Matching(QueqiaoDb db, int ws, Query query)
    {
        var rows = db.Table<AuditRow>().AsNoTracking().Where(row => row.Ws == ws);
        if (query.Actor is { } who)
            rows = rows.Where(row => row.ActorId == who);
        if (query.Action is { } action)
        {
            var kind = action + ".";
            rows = rows.Where(row => row.Action == action || row.Action.StartsWith(kind));
        }
        if (query.Object is { } thing)
            rows = rows.Where(row => row.ObjectId == thing);
        if (query.Address is { } address)
            rows = rows.Where(row => row.Address == address);
        if (query.From?.ToUnixTimeMilliseconds() is { } from)
            rows = rows.Where(row => row.At >= from);
        if (query.To?.ToUnixTimeMilliseconds() is { } to)
            rows = rows.Where(row => row.At < to);
        if (query.Cursor is { } after)
            rows = rows.Where(row => row.Id.CompareTo(after) < 0);
        return rows;
    }

    /// <summary>Of the agents and teams that these rows name.</summary>
    internal static async Task<Dictionary<Guid, string>> Names(QueqiaoDb db, int ws, IReadOnlyList<AuditRow> page, CancellationToken ct)
    {
        var ids = page.Select(row => row.ActorId).Concat(page.Select(row => Guid.TryParse(row.ObjectId, out var id) ? id : (Guid?)null)).OfType<Guid>().Distinct().ToArray();
        var names = await db.Table<Agent>().Where(agent => agent.Ws == ws && ids.Contains(agent.Id)).ToDictionaryAsync(agent => agent.Id, agent => agent.Name, ct);
        foreach (var team in await db.Table<Team>().Where(team => team.Ws == ws && ids.Contains(team.Id)).Select(team => new { team.Id, team.Name }).ToListAsync(ct))
            names[team.Id] = team.Name;
        return names;
    }
}
