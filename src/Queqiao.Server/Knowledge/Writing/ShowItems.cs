using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>Lists and single items for whoever works on them, with what readers do not see yet.</summary>
internal static class ShowItems
{
    private static readonly string[] States = ["draft", "review", "scheduled", "published", "expired", "archived", "changed", "stale", "held"];

    /// <summary>What a list is narrowed to.</summary>
    internal sealed record Filter(Guid? Base, Guid? Category, string? State, string? Audience, Guid? Owner, string? Q);

    public static Task<IResult> Faqs(Actor actor, ItemViews views, IStorageEngine storage, TimeProvider clock, CancellationToken ct, Guid? @base = null, Guid? category = null, string? state = null, string? audience = null, Guid? owner = null, string? q = null, int limit = 50, string? cursor = null) =>
        List("faq", new(@base, category, state, audience, owner, q), actor, views, storage, clock, limit, cursor, ct);

    public static Task<IResult> Articles(Actor actor, ItemViews views, IStorageEngine storage, TimeProvider clock, CancellationToken ct, Guid? @base = null, Guid? category = null, string? state = null, string? audience = null, Guid? owner = null, string? q = null, int limit = 50, string? cursor = null) =>
        List("article", new(@base, category, state, audience, owner, q), actor, views, storage, clock, limit, cursor, ct);

    public static Task<IResult> All(Actor actor, ItemViews views, IStorageEngine storage, TimeProvider clock, CancellationToken ct, Guid? @base = null, Guid? category = null, string? state = null, string? audience = null, Guid? owner = null, string? q = null, int limit = 50, string? cursor = null) =>
        List(null, new(@base, category, state, audience, owner, q), actor, views, storage, clock, limit, cursor, ct);

    public static async Task<IResult> Faq(Guid id, Actor actor, ItemViews views, CancellationToken ct, int? version = null) =>
        await views.View(actor.Ws, id, "faq", ct, version) is { } view ? TypedResults.Ok(view) : Refusal.NotFound().ToProblem();

    public static async Task<IResult> Article(Guid id, Actor actor, ItemViews views, CancellationToken ct, int? version = null) =>
        await views.View(actor.Ws, id, "article", ct, version) is { } view ? TypedResults.Ok(view) : Refusal.NotFound().ToProblem();

    public static async Task<IResult> Item(Guid id, Actor actor, ItemViews views, CancellationToken ct, int? version = null) =>
        await views.View(actor.Ws, id, null, ct, version) is { } view ? TypedResults.Ok(view) : Refusal.NotFound().ToProblem();

    private static async Task<IResult> List(string? kind, Filter filter, Actor actor, ItemViews views, IStorageEngine storage, TimeProvider clock, int limit, string? cursor, CancellationToken ct)
    {
        if (limit is < 1 or > 200)
            return Refusal.Invalid("limit", "out_of_range", 1, 200).ToProblem();
        if (filter.State is not null && !States.Contains(filter.State))
            return Refusal.Invalid("state", "not_one_of", string.Join(", ", States)).ToProblem();
        var (at, after) = (long.MaxValue, Guid.Empty);
        if (cursor is not null && !(cursor.Split('.') is [var time, var id] && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out at) && Guid.TryParseExact(id, "N", out after)))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = Narrowed(db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && (kind == null || item.Kind == kind)), filter, clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (cursor is not null)
            rows = rows.Where(item => item.ChangedAt < at || (item.ChangedAt == at && item.Id.CompareTo(after) < 0));
        var page = await rows.OrderByDescending(item => item.ChangedAt).ThenByDescending(item => item.Id).Take(limit + 1).ToListAsync(ct);
        var shown = page.Take(limit).ToList();
        return TypedResults.Ok(new ItemList(await views.Rows(actor.Ws, shown, ct), page.Count > limit ? string.Create(CultureInfo.InvariantCulture, $"{shown[^1].ChangedAt}.{shown[^1].Id:N}") : null));
    }

    private static IQueryable<KnowledgeItem> Narrowed(IQueryable<KnowledgeItem> items, Filter filter, long now)
    {
        if (filter.Base is { } home)
            items = items.Where(item => item.BaseId == home);
        if (filter.Category is { } category)
            items = items.Where(item => item.CategoryId == category);
        if (filter.Audience is { } audience)
            items = items.Where(item => item.Audience == audience);
        if (filter.Owner is { } owner)
            items = items.Where(item => item.OwnerId == owner);
        if (!string.IsNullOrWhiteSpace(filter.Q))
        {
            var (words, key) = (ContentRules.Same(filter.Q), filter.Q.Trim());
            items = items.Where(item => (words != "" && item.Lookup.Contains(words)) || item.ExternalKey == key);
        }
        return filter.State switch
        {
            "archived" => items.Where(item => item.ArchivedAt != null),
            "review" => items.Where(item => item.ArchivedAt == null && item.Review == "asked"),
            "scheduled" => items.Where(item => item.ArchivedAt == null && item.PublishAt != null),
            "draft" => items.Where(item => item.ArchivedAt == null && item.PublishedVersion == null && item.Review != "asked" && item.PublishAt == null),
            "published" => items.Where(item => item.ArchivedAt == null && item.PublishedVersion != null && (item.ValidTo == null || item.ValidTo > now)),
            "expired" => items.Where(item => item.ArchivedAt == null && item.PublishedVersion != null && item.ValidTo <= now),
            "changed" => items.Where(item => item.ArchivedAt == null && item.PublishedVersion != null && item.PublishedVersion != item.Version),
            "stale" => items.Where(item => item.ArchivedAt == null && item.PublishedVersion != null && (item.CheckAt <= now || item.ValidTo <= now)),
            "held" => items.Where(item => item.ArchivedAt == null && item.HeldRun != null),
            _ => items.Where(item => item.ArchivedAt == null),
        };
    }
}
