using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>An item in a list.</summary>
/// <param name="State"><c>draft</c>, <c>review</c>, <c>scheduled</c>, <c>published</c>, <c>expired</c> or <c>archived</c>.</param>
/// <param name="HeldRun">The run of the regression set for which the newest version was not published.</param>
/// <param name="HasChanges">There is a newer version than the one readers see.</param>
internal sealed record ItemRow(
    Guid Id, Guid BaseId, string Kind, string Title, Guid? CategoryId, string? ExternalKey, string Audience, string State, bool HasChanges, int Version, int? PublishedVersion,
    string? PublishedAt, string? PublishAt, string? ValidFrom, string? ValidTo, string? CheckAt, bool IsStale, string? Review, string? ReviewNote, Person? Owner, Person? ChangedBy, string CreatedAt, string ChangedAt, Guid? HeldRun)
{
    public static ItemRow Of(KnowledgeItem item, IReadOnlyDictionary<Guid, string> names, long now) => new(
        item.Id, item.BaseId, item.Kind, item.Title, item.CategoryId, item.ExternalKey, item.Audience, StateOf(item, now), item.PublishedVersion is { } shown && shown != item.Version,
        item.Version, item.PublishedVersion, Time(item.PublishedAt), Time(item.PublishAt), Time(item.ValidFrom), Time(item.ValidTo), Time(item.CheckAt), item.CheckAt <= now,
        item.Review, item.ReviewNote, Person.Of(item.OwnerId, names), Person.Of(item.ChangedBy, names), WireTime.Format(item.CreatedAt), WireTime.Format(item.ChangedAt), item.HeldRun);

    public static string StateOf(KnowledgeItem item, long now) =>
        item.ArchivedAt is not null ? "archived"
        : item.Review == "asked" ? "review"
        : item.PublishAt is not null ? "scheduled"
        : item.PublishedVersion is null ? "draft"
        : item.ValidTo <= now ? "expired" : "published";

    private static string? Time(long? at) => at is { } known ? WireTime.Format(known) : null;
}

internal sealed record Person(Guid Id, string Name)
{
    public static Person? Of(Guid? id, IReadOnlyDictionary<Guid, string> names) => id is { } known ? new Person(known, names.GetValueOrDefault(known, "")) : null;
}

internal sealed record ItemList(IReadOnlyList<ItemRow> Items, string? NextCursor);

/// <summary>An item with its newest version. Of an FAQ also question, answer and similar questions in the base's language, as they were given.</summary>
internal sealed record ItemView(ItemRow Item, string Language, IReadOnlyList<string> Segments, KnowledgeContent Content, string? Question, string? Answer, IReadOnlyList<string>? Similar);

/// <summary>Makes answers of rows.</summary>
internal sealed class ItemViews(IAgents agents, IStorageEngine storage, TimeProvider clock)
{
    public async Task<IReadOnlyList<ItemRow>> Rows(int ws, IReadOnlyList<KnowledgeItem> items, CancellationToken ct)
    {
        var names = await Names(ws, items.SelectMany(item => new[] { item.OwnerId, item.ChangedBy }), ct);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return [.. items.Select(item => ItemRow.Of(item, names, now))];
    }

    public async Task<Dictionary<Guid, string>> Names(int ws, IEnumerable<Guid?> ids, CancellationToken ct)
    {
        var names = new Dictionary<Guid, string>();
        foreach (var id in ids.OfType<Guid>().Distinct())
            names[id] = (await agents.Find(ws, id, ct))?.Name ?? "";
        return names;
    }

    /// <summary>Null: there is no such item.</summary>
    public async Task<ItemView?> View(int ws, Guid id, string? kind, CancellationToken ct, int? version = null)
    {
        await using var db = storage.Read(ws);
        var item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id && (kind == null || row.Kind == kind), ct);
        if (item is null)
            return null;
        var number = version ?? item.Version;
        var text = await db.Table<KnowledgeVersion>().AsNoTracking().Where(row => row.Ws == ws && row.ItemId == id && row.Version == number).Select(row => row.Content).SingleOrDefaultAsync(ct);
        if (text is null)
            return null;
        var language = await db.Table<KnowledgeBaseRow>().AsNoTracking().Where(row => row.Ws == ws && row.Id == item.BaseId).Select(row => row.Language).SingleAsync(ct);
        return Of((await Rows(ws, [item], ct))[0], KnowledgeContent.Of(text), language);
    }

    private static ItemView Of(ItemRow row, KnowledgeContent content, string language)
    {
        if (row.Kind != "faq")
            return new ItemView(row, language, content.Audience.Segments, content, null, null, null);
        var wording = content.Wordings.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, language)) ?? (content.Wordings is [var first, ..] ? first : null);
        return new ItemView(row, wording?.Language ?? language, content.Audience.Segments, content, wording?.Question, content.AnswerFor(KnowledgeReader.Colleague, wording?.Language ?? language, null)?.Text, wording?.Similar ?? []);
    }
}
