using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Notices;

/// <param name="Kind">What happened: <c>device.new</c>, <c>approval.asked</c>, <c>approval.decided</c>, <c>knowledge.held</c>, <c>knowledge.import_held</c>.</param>
/// <param name="About">The id of what it is about.</param>
internal sealed record NoticeView(Guid Id, string Kind, string? About, JsonElement? Detail, DateTimeOffset At, bool Read)
{
    public static NoticeView Of(Notice row) => new(
        row.Id, row.Kind, row.About, row.Detail is null ? null : JsonDocument.Parse(row.Detail).RootElement, Instants.Of(row.At), row.ReadAt is not null);
}

internal sealed record NoticeList(IReadOnlyList<NoticeView> Items, string? NextCursor);

internal sealed record NoticeCount(int Unread);

/// <summary><c>/api/v1/me/notices</c>: one's own, newest first.</summary>
internal static class NoticeEndpoints
{
    private const int MostPage = 100;
    private const int MostCounted = 100;

    public sealed record ReadRequest(Guid UpTo);

    public static void MapNotices(this IEndpointRouteBuilder app)
    {
        var notices = app.MapGroup("/api/v1/me/notices").WithTags("Profile");
        notices.MapGet("", List).NeedsSignIn().NeedsPerson().TakesQuery("limit", "cursor").WithSummary("What I should hear, newest first").Produces<NoticeList>();
        notices.MapGet("/count", Count).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("How many I have not seen (at most 100)").Produces<NoticeCount>();
        notices.MapPost("/read", Read).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("I have seen them up to this one").Produces<NoticeCount>();
    }

    private static async Task<IResult> List(int? limit, Guid? cursor, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        if (limit is < 1 or > MostPage)
            return Refusal.Invalid("limit", "out_of_range", 1, MostPage).ToProblem();
        var items = limit ?? 30;
        await using var db = storage.Read(actor.Ws);
        var rows = Mine(db, actor).AsNoTracking();
        if (cursor is { } before)
            rows = rows.Where(notice => notice.Id.CompareTo(before) < 0);
        var page = await rows.OrderByDescending(notice => notice.Id).Take(items + 1).ToListAsync(ct);
        return TypedResults.Ok(new NoticeList([.. page.Take(items).Select(NoticeView.Of)], page.Count > items ? page[items - 1].Id.ToString() : null));
    }

    private static async Task<IResult> Count(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(new NoticeCount(await Mine(db, actor).Where(notice => notice.ReadAt == null).Take(MostCounted).CountAsync(ct)));
    }

    private static Task<IResult> Read(ReadRequest request, Actor actor, IStorageEngine storage, CancellationToken ct) => storage.Run<IResult>(actor.Ws, async (unit, stop) =>
    {
        var now = unit.Ids.Now();
        await Mine(unit.Db, actor).Where(notice => notice.ReadAt == null && notice.Id.CompareTo(request.UpTo) <= 0).ExecuteUpdateAsync(set => set.SetProperty(notice => notice.ReadAt, now), stop);
        return TypedResults.Ok(new NoticeCount(await Mine(unit.Db, actor).CountAsync(notice => notice.ReadAt == null, stop)));
    }, ct);

    private static IQueryable<Notice> Mine(QueqiaoDb db, Actor actor) => db.Table<Notice>().Where(notice => notice.Ws == actor.Ws && notice.AgentId == actor.AgentId);
}
