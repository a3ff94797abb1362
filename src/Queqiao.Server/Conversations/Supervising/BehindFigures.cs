using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Supervising;

/// <summary><c>GET /api/v1/supervise/behind</c>: the conversations that a figure of the board counts, by the same conditions.</summary>
internal static class BehindFigures
{
    public static readonly IReadOnlyList<string> Figures = ["waiting", "queued", "unanswered", "open", "started", "resolved", "rated", "answered"];

    /// <summary>Whoever waits longest comes first, then what is oldest.</summary>
    /// <param name="Figure">One of <see cref="Figures"/>.</param>
    /// <param name="Agent">Only what they hold.</param>
    internal sealed record Query(string? Figure, Guid? Team, Guid? Agent, int? Limit, string? Cursor);

    public static async Task<IResult> Handle([AsParameters] Query query, Actor actor, IWorkDay day, ConversationSeals seals, RowFactsSource source, IStorageEngine storage, CancellationToken ct)
    {
        if (query.Figure is not { } figure || !Figures.Contains(figure))
            return Refusal.Invalid("figure", "not_one_of", string.Join(", ", Figures)).ToProblem();
        if (query.Limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        var most = query.Limit ?? 50;
        var midnight = await day.Begin(actor.Ws, ct);
        await using var db = storage.Read(actor.Ws);
        var rows = Of(figure, db, db.Visible(actor.Conversations(Permissions.Supervise)).Where(head => head.MergedInto == null), actor.Ws, midnight);
        if (query.Team is { } team)
            rows = rows.Where(head => head.TeamId == team);
        if (query.Agent is { } agent)
            rows = rows.Where(head => head.AssigneeId == agent);
        if (query.Cursor is { } cursor)
        {
            var parts = cursor.Split('_');
            if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) || !Guid.TryParseExact(parts[1], "N", out var id))
                return Refusal.BadRequest("invalid_parameter", "cursor").ToProblem();
            rows = rows.Where(head => (head.WaitingSince ?? head.CreatedAt) > at || ((head.WaitingSince ?? head.CreatedAt) == at && head.Id.CompareTo(id) > 0));
        }
        var heads = await seals.Heads(rows.OrderBy(head => head.WaitingSince ?? head.CreatedAt).ThenBy(head => head.Id).Take(most + 1), ct);
        var page = new List<(ConversationHead, RowFacts)>();
        foreach (var head in heads.Take(most))
            page.Add((head.For(actor.Rights.Fields), await source.Of(head, ct)));
        var next = heads.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{heads[most - 1].WaitingSince ?? heads[most - 1].CreatedAt}_{heads[most - 1].Id:N}") : null;
        return JsonAnswer.Object((page, next), static (json, it) =>
        {
            json.WriteStartArray("items");
            foreach (var (head, facts) in it.page)
                RowWriter.Write(json, head, facts);
            json.WriteEndArray();
            if (it.next is not null)
                json.WriteString("nextCursor", it.next);
        });
    }

    private static IQueryable<ConversationHead> Of(string figure, QueqiaoDb db, IQueryable<ConversationHead> seen, int ws, long midnight) => figure switch
    {
        "waiting" => seen.Where(head => head.Status == ConversationStatus.Queued || (head.Status == ConversationStatus.Open && head.WaitingSince != null)),
        "queued" => seen.Where(head => head.Status == ConversationStatus.Queued),
        "unanswered" => seen.Where(head => head.Status == ConversationStatus.Open && head.WaitingSince != null),
        "open" => seen.Where(head => head.Status == ConversationStatus.Open && head.AssigneeId != null),
        "started" => seen.Where(head => head.CreatedAt >= midnight),
        "resolved" => seen.Where(head => head.ResolvedAt >= midnight),
        "rated" => seen.Where(head => head.RatedAt >= midnight && head.Rating != null),
        _ => Answered(db.Visible(Scope<EntryRow>.Workspace(ws)), seen.Where(head => head.CreatedAt >= midnight)),
    };

    private static IQueryable<ConversationHead> Answered(IQueryable<EntryRow> entries, IQueryable<ConversationHead> started) =>
        started.Where(head => entries.Any(entry => entry.ConversationId == head.Id && entry.Type == EntryType.Message && entry.SenderKind == SenderKind.Agent));
}
