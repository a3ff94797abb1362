using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary><c>/api/v1/wrap-ups</c>: how many of each category, the conversations behind a number, and all of it as a table.</summary>
internal static class WrapUpReport
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);
    private const int MostRows = 50_000;
    private static readonly string[] Columns = ["at", "conversation", "category", "result", "team", "agent"];

    public static void Map(IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/api/v1/wrap-ups").WithTags("Wrap-up");
        all.MapGet("", List).Needs(Permissions.Supervise).TakesQuery("from", "to", "team", "category", "limit", "cursor").WithSummary("Wrap-ups, newest first").Produces<Page>();
        all.MapGet("/counts", Counts).Needs(Permissions.Supervise).TakesQuery("from", "to", "team", "category").WithSummary("How many wrap-ups of each category and result").Produces<Count>();
        all.MapGet("/export", Export).Costs(RequestCost.Export).IsBulkWork().Needs(Permissions.Supervise).TakesQuery("from", "to", "team", "category").WithSummary("Wrap-ups as CSV").Produces(StatusCodes.Status200OK, contentType: "text/csv");
    }

    internal sealed record Span(DateTimeOffset? From, DateTimeOffset? To, Guid? Team, Guid? Category);

    internal sealed record Row(Guid ConversationId, long Seq, Guid CategoryId, string? Category, string? ResultId, Guid? TeamId, Guid? AgentId, DateTimeOffset At);

    internal sealed record Page(IReadOnlyList<Row> Items, string? NextCursor);

    internal sealed record Count(int Total, IReadOnlyList<CategoryCount> Categories, IReadOnlyList<ResultCount> Results);

    /// <param name="Category">Null: it is not in the plan any more.</param>
    internal sealed record CategoryCount(Guid CategoryId, string? Category, int Count);

    internal sealed record ResultCount(string? ResultId, string? Result, int Count);

    private static async Task<IResult> Counts([AsParameters] Span span, Actor actor, WrapUpBoard board, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        if (Range(span, clock, out var from, out var to) is { } wrong)
            return wrong.ToProblem();
        var plan = await board.Of(actor.Ws, ct);
        await using var db = storage.Read(actor.Ws);
        var counts = await Rows(db, actor, span, from, to).GroupBy(row => new { row.CategoryId, row.ResultId }).Select(group => new { group.Key.CategoryId, group.Key.ResultId, Count = group.Count() }).ToListAsync(ct);
        return TypedResults.Ok(new Count(
            counts.Sum(one => one.Count),
            [.. counts.GroupBy(one => one.CategoryId).Select(group => new CategoryCount(group.Key, PathOf(plan, group.Key), group.Sum(one => one.Count))).OrderByDescending(one => one.Count)],
            [.. counts.GroupBy(one => one.ResultId).Select(group => new ResultCount(group.Key, plan.Results.FirstOrDefault(result => result.Id == group.Key)?.Name, group.Sum(one => one.Count))).OrderByDescending(one => one.Count)]));
    }

    private static async Task<IResult> List([AsParameters] Span span, int? limit, string? cursor, Actor actor, WrapUpBoard board, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        if (limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        if (Range(span, clock, out var from, out var to) is { } wrong)
            return wrong.ToProblem();
        var most = limit ?? 50;
        var plan = await board.Of(actor.Ws, ct);
        await using var db = storage.Read(actor.Ws);
        var rows = Rows(db, actor, span, from, to);
        if (cursor is not null)
        {
            var parts = cursor.Split('_');
            if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) || !Guid.TryParseExact(parts[1], "N", out var id))
                return Refusal.BadRequest("invalid_parameter", "cursor").ToProblem();
            rows = rows.Where(row => row.At < at || (row.At == at && row.ConversationId.CompareTo(id) < 0));
        }
        var page = await rows.OrderByDescending(row => row.At).ThenByDescending(row => row.ConversationId).Take(most + 1).ToListAsync(ct);
        var next = page.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{page[most - 1].At}_{page[most - 1].ConversationId:N}") : null;
        return TypedResults.Ok(new Page([.. page.Take(most).Select(row => Of(row, plan))], next));
    }

    private static async Task Export([AsParameters] Span span, Actor actor, WrapUpBoard board, ITeams teams, IAgents agents, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (Range(span, clock, out var from, out var to) is { } wrong)
        {
            await wrong.ToProblem().ExecuteAsync(context);
            return;
        }
        await Audit.Reading(storage, actor, context, "wrap_ups.exported", "workspace", null, new { from = span.From, to = span.To, span.Team, span.Category }, ct);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"wrap-ups.csv\"";
        context.Response.Headers.CacheControl = "no-store";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        var locale = Locale.Of(context);
        await writer.WriteAsync(Csv.Line([.. Columns.Select(column => Messages.Text(locale, "wrap_up_csv_" + column))]));
        var plan = await board.Of(actor.Ws, ct);
        await using var db = storage.Read(actor.Ws);
        var rows = await Rows(db, actor, span, from, to).OrderByDescending(row => row.At).Take(MostRows).ToListAsync(ct);
        var teamNames = await teams.Names(actor.Ws, [.. rows.Select(row => row.TeamId).OfType<Guid>().Distinct()], ct);
        foreach (var row in rows)
        {
            var agent = row.AgentId is { } id ? (await agents.Find(actor.Ws, id, ct))?.Name : null;
            await writer.WriteAsync(Csv.Line(
            [
                DateTimeOffset.FromUnixTimeMilliseconds(row.At).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), row.ConversationId.ToString(), PathOf(plan, row.CategoryId) ?? row.CategoryId.ToString(),
                plan.Results.FirstOrDefault(result => result.Id == row.ResultId)?.Name ?? row.ResultId, row.TeamId is { } team ? teamNames.GetValueOrDefault(team) : null, agent,
            ]));
        }
    }

    /// <summary>Only of conversations that the actor may see. The newest wrap-up of each conversation in the span counts, and each once.</summary>
    private static IQueryable<WrapUpRow> Rows(QueqiaoDb db, Actor actor, Span span, long from, long to)
    {
        var seen = db.Visible(actor.Conversations(Permissions.Supervise)).Select(head => head.Id);
        var all = db.Visible(Scope<WrapUpRow>.Workspace(actor.Ws));
        var rows = all.Where(row => row.At >= from && row.At < to && seen.Contains(row.ConversationId))
            .Where(row => !all.Any(other => other.ConversationId == row.ConversationId && other.Seq > row.Seq && other.At < to));
        if (span.Team is { } team)
            rows = rows.Where(row => row.TeamId == team);
        return span.Category is { } category ? rows.Where(row => row.CategoryId == category) : rows;
    }

    private static Refusal? Range(Span span, TimeProvider clock, out long from, out long to)
    {
        var until = span.To ?? clock.GetUtcNow();
        var since = span.From ?? until.AddDays(-30);
        (from, to) = (since.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
        return since > until || until - since > Longest ? Refusal.Invalid("from", "out_of_range", 0, (int)Longest.TotalDays) : null;
    }

    private static Row Of(WrapUpRow row, WrapUpPlan plan) => new(row.ConversationId, row.Seq, row.CategoryId, PathOf(plan, row.CategoryId), row.ResultId, row.TeamId, row.AgentId, DateTimeOffset.FromUnixTimeMilliseconds(row.At));

    private static string? PathOf(WrapUpPlan plan, Guid id) => plan.Find(id) is { } category ? plan.PathOf(category) : null;
}
