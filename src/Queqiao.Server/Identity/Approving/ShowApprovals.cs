using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary>A request for somebody else's consent.</summary>
/// <param name="Act">What it is about: <c>contacts.erase</c>.</param>
/// <param name="Path">Where it would have gone.</param>
/// <param name="Query">Of the request, while it is open.</param>
/// <param name="Body">JSON of the request, while it is open.</param>
/// <param name="Reason">Why, in the requester's words.</param>
/// <param name="Note">Why it was approved or refused.</param>
/// <param name="Outcome">The status that it was answered with when it was carried out.</param>
/// <param name="IsFetched">An export: its requester fetches it once it is approved.</param>
/// <param name="MayDecide">Whether the reader may approve or refuse it.</param>
internal sealed record ApprovalView(
    Guid Id, string Act, string State, string Method, string Path, string? Query, JsonElement? Body, string? Reason, ApprovalPerson RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt,
    ApprovalPerson? DecidedBy, DateTimeOffset? DecidedAt, string? Note, DateTimeOffset? FinishedAt, int? Outcome, string? OutcomeCode, bool IsFetched, bool MayDecide);

internal sealed record ApprovalPerson(Guid Id, string? Name);

internal sealed record ApprovalList(IReadOnlyList<ApprovalView> Items, string? NextCursor);

/// <param name="ToDecide">Requests of others that wait for a decision and that the reader may decide.</param>
/// <param name="ToFetch">The reader's own that were approved and can be fetched.</param>
internal sealed record ApprovalCounts(int ToDecide, int ToFetch);

/// <summary><c>GET /api/v1/approvals</c>: all of them for those who decide, one's own for everybody.</summary>
internal static class ShowApprovals
{
    private const int Most = 100;

    /// <param name="State">One of the states; <c>open</c>: waiting and approved.</param>
    /// <param name="Limit">Of a page.</param>
    /// <param name="Cursor">From the page before.</param>
    public sealed record Query(string? State, int? Limit, Guid? Cursor);

    public static async Task<IResult> All([AsParameters] Query query, Actor actor, IStorageEngine storage, Ids ids, CancellationToken ct)
    {
        if (query.State is { } asked && asked != "open" && !ApprovalState.All.Contains(asked))
            return Refusal.Invalid("state", "not_one_of", "open, " + string.Join(", ", ApprovalState.All)).ToProblem();
        if (query.Limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        var limit = query.Limit ?? 50;
        await using var db = storage.Read(actor.Ws);
        var rows = Visible(db, actor);
        if (query.State == "open")
            rows = rows.Where(row => row.State == ApprovalState.Waiting || row.State == ApprovalState.Approved);
        else if (query.State is { } state)
            rows = rows.Where(row => row.State == state);
        if (query.Cursor is { } before)
            rows = rows.Where(row => row.Id.CompareTo(before) < 0);
        var page = await rows.OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(ct);
        var views = await Views(db, storage, actor, [.. page.Take(limit)], ids.Now(), ct);
        return TypedResults.Ok(new ApprovalList(views, page.Count > limit ? page[limit - 1].Id.ToString() : null));
    }

    public static async Task<IResult> One(Guid id, Actor actor, IStorageEngine storage, Ids ids, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await Visible(db, actor).SingleOrDefaultAsync(row => row.Id == id, ct) is { } row
            ? TypedResults.Ok((await Views(db, storage, actor, [row], ids.Now(), ct))[0]) : Refusal.NotFound().ToProblem();
    }

    public static async Task<IResult> Counts(Actor actor, IStorageEngine storage, Ids ids, CancellationToken ct)
    {
        var now = ids.Now();
        await using var db = storage.Read(actor.Ws);
        var open = db.Table<ApprovalRow>().Where(row => row.Ws == actor.Ws && row.ExpiresAt > now);
        var toDecide = actor.May(Permissions.DecideApprovals) ? await open.CountAsync(row => row.State == ApprovalState.Waiting && row.RequestedBy != actor.AgentId, ct) : 0;
        return TypedResults.Ok(new ApprovalCounts(toDecide, await open.CountAsync(row => row.State == ApprovalState.Approved && row.Method == "GET" && row.RequestedBy == actor.AgentId, ct)));
    }

    public static IQueryable<ApprovalRow> Visible(QueqiaoDb db, Actor actor)
    {
        var rows = db.Table<ApprovalRow>().AsNoTracking().Where(row => row.Ws == actor.Ws);
        return actor.May(Permissions.DecideApprovals) ? rows : rows.Where(row => row.RequestedBy == actor.AgentId);
    }

    private static async Task<IReadOnlyList<ApprovalView>> Views(QueqiaoDb db, IStorageEngine storage, Actor actor, IReadOnlyList<ApprovalRow> rows, long now, CancellationToken ct)
    {
        var people = rows.Select(row => row.RequestedBy).Concat(rows.Select(row => row.DecidedBy).OfType<Guid>()).Distinct().ToArray();
        var names = await db.Table<Agent>().Where(agent => agent.Ws == actor.Ws && people.Contains(agent.Id)).ToDictionaryAsync(agent => agent.Id, agent => agent.Name, ct);
        return [.. rows.Select(row => ViewOf(row, storage, actor, names, now))];
    }

    /// <summary>Without what even an approver must not see.</summary>
    private static JsonElement Shown(string body)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(body);
        if (json is System.Text.Json.Nodes.JsonObject members && members.Remove("password"))
            members["password"] = "***";
        return JsonSerializer.SerializeToElement(json);
    }

    private static ApprovalView ViewOf(ApprovalRow row, IStorageEngine storage, Actor actor, Dictionary<Guid, string> names, long now)
    {
        var request = row.Request is null ? null : CapturedRequest.Open(storage.Vault, row.Ws, row.Id, row.Request);
        // Nobody has looked at it in time: it says so, also before the hourly clean-up.
        var state = row.ExpiresAt <= now && (row.State == ApprovalState.Waiting || row is { State: ApprovalState.Approved, Method: "GET" }) ? ApprovalState.Expired : row.State;
        return new ApprovalView(
            row.Id, row.Act, state, row.Method, row.Path, request?.Query is { Length: > 0 } query ? query : null, request?.Body is { } body ? Shown(body) : null,
            CapturedRequest.Words(storage.Vault, row.Ws, row.Id, row.Reason), new ApprovalPerson(row.RequestedBy, names.GetValueOrDefault(row.RequestedBy)), Instants.Of(row.RequestedAt), Instants.Of(row.ExpiresAt),
            row.DecidedBy is { } by ? new ApprovalPerson(by, names.GetValueOrDefault(by)) : null, row.DecidedAt is { } at ? Instants.Of(at) : null,
            CapturedRequest.Words(storage.Vault, row.Ws, row.Id, row.Note), row.FinishedAt is { } end ? Instants.Of(end) : null, row.Outcome, row.OutcomeCode,
            row.Method == "GET", state == ApprovalState.Waiting && row.RequestedBy != actor.AgentId && actor.May(Permissions.DecideApprovals));
    }
}
