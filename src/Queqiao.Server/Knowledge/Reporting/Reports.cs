using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Reporting;

/// <summary><c>/api/v1/knowledge/reports</c>: what is used, what is missing, what is stale, what contradicts itself.</summary>
internal static class Reports
{
    public sealed record UseRow(Guid ItemId, string Kind, string Title, int Viewed, int Cited, int Solved, int Liked, int Disliked);

    public sealed record UseList(IReadOnlyList<UseRow> Items, int Days);

    /// <param name="Question">What was asked, with personal data masked.</param>
    public sealed record MissRow(Guid Id, string Question, string Source, int Times, string FirstAt, string LastAt, string State);

    public sealed record MissList(IReadOnlyList<MissRow> Items, string? NextCursor);

    public sealed record Side(Guid ItemId, string Kind, string Title, string Text, Person? Owner);

    public sealed record Contradiction(string Reason, string Detail, Side One, Side Other);

    public sealed record ContradictionList(IReadOnlyList<Contradiction> Items);

    public sealed record FeedbackRow(Guid Id, Guid ItemId, string Kind, string Title, bool Liked, string? Comment, string Source, string At, bool Done);

    public sealed record FeedbackList(IReadOnlyList<FeedbackRow> Items, string? NextCursor);

    public static async Task<IResult> Use(Actor actor, UseCounter counter, IStorageEngine storage, TimeProvider clock, CancellationToken ct, int days = 30)
    {
        if (days is < 1 or > 366)
            return Refusal.Invalid("days", "out_of_range", 1, 366).ToProblem();
        await counter.Flush(ct);
        var from = (int)(clock.GetUtcNow().ToUnixTimeMilliseconds() / 86_400_000) - days + 1;
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeUsed>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.Day >= from)
            .GroupBy(row => row.ItemId).Select(group => new { group.Key, Viewed = group.Sum(row => row.Viewed), Cited = group.Sum(row => row.Cited), Solved = group.Sum(row => row.Solved), Liked = group.Sum(row => row.Liked), Disliked = group.Sum(row => row.Disliked) })
            .OrderByDescending(row => row.Viewed + row.Cited * 3).Take(200).ToListAsync(ct);
        var ids = rows.Select(row => row.Key).ToList();
        var items = await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && ids.Contains(item.Id)).ToDictionaryAsync(item => item.Id, ct);
        return TypedResults.Ok(new UseList([.. rows.Select(row => new UseRow(row.Key, items[row.Key].Kind, items[row.Key].Title, row.Viewed, row.Cited, row.Solved, row.Liked, row.Disliked))], days));
    }

    public static async Task<IResult> Misses(Actor actor, UseCounter counter, IVault vault, IStorageEngine storage, CancellationToken ct, string state = "open", int limit = 50, string? cursor = null)
    {
        if (limit is < 1 or > 200)
            return Refusal.Invalid("limit", "out_of_range", 1, 200).ToProblem();
        if (state is not ("open" or "done" or "dismissed"))
            return Refusal.Invalid("state", "not_one_of", "open, done, dismissed").ToProblem();
        if (!At(cursor, out var at, out var after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await counter.Flush(ct);
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeMiss>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.State == state && (cursor == null || row.LastAt < at || (row.LastAt == at && row.Id.CompareTo(after) < 0)))
            .OrderByDescending(row => row.LastAt).ThenByDescending(row => row.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(new MissList(
            [.. rows.Take(limit).Select(row => new MissRow(row.Id, Open(vault, row.Ws, row.Sealed, row.Id), row.Source, row.Times, WireTime.Format(row.FirstAt), WireTime.Format(row.LastAt), row.State))],
            rows.Count > limit ? Cursor(rows[limit - 1].LastAt, rows[limit - 1].Id) : null));
    }

    public sealed record MissChange(string State);

    public static async Task<IResult> ChangeMiss(Guid id, MissChange request, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.State is not ("open" or "done" or "dismissed"))
            return Refusal.Invalid("state", "not_one_of", "open, done, dismissed").ToProblem();
        var known = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var changed = await unit.Db.Table<KnowledgeMiss>().Where(row => row.Ws == actor.Ws && row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, request.State), stop);
            if (changed > 0)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_miss.changed", "knowledge_miss", id.ToString(), new { request.State }, stop);
            return changed > 0;
        }, ct);
        return known ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }

    public static async Task<IResult> Contradictions(Actor actor, KnowledgeLibrary library, ItemViews views, IStorageEngine storage, CancellationToken ct, Guid? @base = null)
    {
        var items = (await library.Of(actor.Ws, ct)).Published(@base).Items;
        var found = Contradicting.In(items).Take(100).ToList();
        var ids = found.SelectMany(one => new[] { one.One.Id, one.Other.Id }).Distinct().ToList();
        await using var db = storage.Read(actor.Ws);
        var owners = await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && ids.Contains(item.Id)).ToDictionaryAsync(item => item.Id, item => item.OwnerId, ct);
        var names = await views.Names(actor.Ws, owners.Values, ct);
        Side SideOf(PublishedItem item, string text) => new(item.Id, item.IsFaq ? "faq" : "article", item.Content.TitleIn("zh-CN"), text, Person.Of(owners.GetValueOrDefault(item.Id), names));
        return TypedResults.Ok(new ContradictionList([.. found.Select(one => new Contradiction(one.Reason, one.Detail, SideOf(one.One, one.TextOfOne), SideOf(one.Other, one.TextOfOther)))]));
    }

    public static async Task<IResult> Feedback(Actor actor, IVault vault, IStorageEngine storage, CancellationToken ct, bool? done = null, int limit = 50, string? cursor = null)
    {
        if (limit is < 1 or > 200)
            return Refusal.Invalid("limit", "out_of_range", 1, 200).ToProblem();
        if (!At(cursor, out var at, out var after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = await (from row in db.Table<KnowledgeFeedback>().AsNoTracking()
                          join item in db.Table<KnowledgeItem>().AsNoTracking() on new { row.Ws, Id = row.ItemId } equals new { item.Ws, item.Id }
                          where row.Ws == actor.Ws && (done == null || (row.DoneAt != null) == done) && (cursor == null || row.At < at || (row.At == at && row.Id.CompareTo(after) < 0))
                          orderby row.At descending, row.Id descending
                          select new { row, item.Kind, item.Title }).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(new FeedbackList(
            [.. rows.Take(limit).Select(one => new FeedbackRow(one.row.Id, one.row.ItemId, one.Kind, one.Title, one.row.Liked == 1, one.row.Sealed is { } words ? Open(vault, one.row.Ws, words, one.row.Id) : null, one.row.Source, WireTime.Format(one.row.At), one.row.DoneAt is not null))],
            rows.Count > limit ? Cursor(rows[limit - 1].row.At, rows[limit - 1].row.Id) : null));
    }

    /// <summary>Looked at: an edit followed, or none was needed.</summary>
    public static async Task<IResult> FeedbackDone(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var known = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            var changed = await unit.Db.Table<KnowledgeFeedback>().Where(row => row.Ws == actor.Ws && row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.DoneAt, now).SetProperty(row => row.DoneBy, actor.AgentId), stop);
            if (changed > 0)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_feedback.done", "knowledge_feedback", id.ToString(), null, stop);
            return changed > 0;
        }, ct);
        return known ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }

    internal static string Open(IVault vault, int ws, byte[] words, Guid id)
    {
        try
        {
            return Encoding.UTF8.GetString(vault.Open(ws, UseCounter.Purpose, words, id));
        }
        catch (DamagedException)
        {
            return "…";
        }
    }

    private static string Cursor(long at, Guid id) => string.Create(CultureInfo.InvariantCulture, $"{at}.{id:N}");

    private static bool At(string? cursor, out long at, out Guid id)
    {
        (at, id) = (long.MaxValue, Guid.Empty);
        return cursor is null || (cursor.Split('.') is [var time, var rest] && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out at) && Guid.TryParseExact(rest, "N", out id));
    }
}
