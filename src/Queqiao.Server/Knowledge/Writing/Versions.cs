using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

internal sealed record VersionRow(int Version, string? Note, Person? By, string CreatedAt, bool IsPublished);

internal sealed record VersionList(IReadOnlyList<VersionRow> Items, string? NextCursor);

/// <param name="Parts">What differs, part by part; what is the same in both is left out.</param>
internal sealed record VersionDiff(int From, int To, IReadOnlyList<DiffPart> Parts);

/// <param name="Name"><c>title</c>, <c>body</c>, <c>question</c>, <c>similar</c>, <c>answer</c>, <c>audience</c> …</param>
internal sealed record DiffPart(string Name, string? Language, IReadOnlyList<DiffLine> Lines);

/// <summary><c>/api/v1/knowledge/items/{id}/versions</c> and <c>/diff</c>.</summary>
internal static class Versions
{
    public static async Task<IResult> List(Guid id, Actor actor, ItemViews views, IStorageEngine storage, CancellationToken ct, int limit = 50, string? cursor = null)
    {
        if (limit is < 1 or > 200)
            return Refusal.Invalid("limit", "out_of_range", 1, 200).ToProblem();
        var before = int.MaxValue;
        if (cursor is not null && !int.TryParse(cursor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out before))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct);
        if (item is null)
            return Refusal.NotFound().ToProblem();
        var rows = await db.Table<KnowledgeVersion>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.ItemId == id && row.Version < before)
            .OrderByDescending(row => row.Version).Take(limit + 1).Select(row => new { row.Version, row.Note, row.ByAgent, row.CreatedAt }).ToListAsync(ct);
        var names = await views.Names(actor.Ws, rows.Select(row => row.ByAgent), ct);
        return TypedResults.Ok(new VersionList(
            [.. rows.Take(limit).Select(row => new VersionRow(row.Version, row.Note, Person.Of(row.ByAgent, names), WireTime.Format(row.CreatedAt), row.Version == item.PublishedVersion))],
            rows.Count > limit ? rows[limit - 1].Version.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));
    }

    /// <param name="from">Null: the published one, or the one before.</param>
    /// <param name="to">Null: the newest.</param>
    public static async Task<IResult> Diff(Guid id, Actor actor, IStorageEngine storage, CancellationToken ct, int? from = null, int? to = null)
    {
        await using var db = storage.Read(actor.Ws);
        var item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct);
        if (item is null)
            return Refusal.NotFound().ToProblem();
        var newer = to ?? item.Version;
        var older = from ?? (item.PublishedVersion is { } shown && shown != newer ? shown : newer - 1);
        var texts = await db.Table<KnowledgeVersion>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.ItemId == id && (row.Version == newer || row.Version == older)).ToDictionaryAsync(row => row.Version, row => row.Content, ct);
        if (!texts.TryGetValue(newer, out var after) || (older > 0 && !texts.ContainsKey(older)))
            return Refusal.Invalid(texts.ContainsKey(newer) ? "from" : "to", "knowledge_version_unknown").ToProblem();
        var before = texts.TryGetValue(older, out var known) ? KnowledgeContent.Of(known) : new KnowledgeContent { Audience = new("", []) };
        return TypedResults.Ok(new VersionDiff(Math.Max(older, 0), newer, [.. Parts(before, KnowledgeContent.Of(after))]));
    }

    /// <summary>What differs between two contents, as people read it.</summary>
    internal static IEnumerable<DiffPart> Parts(KnowledgeContent before, KnowledgeContent after)
    {
        var (left, right) = (Pieces(before).ToDictionary(one => (one.Name, one.Language), one => one.Text), Pieces(after).ToDictionary(one => (one.Name, one.Language), one => one.Text));
        foreach (var key in right.Keys.Concat(left.Keys).Distinct())
        {
            var (old, next) = (left.GetValueOrDefault(key, ""), right.GetValueOrDefault(key, ""));
            if (old != next)
                yield return new DiffPart(key.Name, key.Language, LineDiff.Of(old, next));
        }
    }

    private static IEnumerable<(string Name, string? Language, string Text)> Pieces(KnowledgeContent content)
    {
        foreach (var text in content.Texts)
        {
            yield return ("title", text.Language, text.Title);
            yield return ("summary", text.Language, text.Summary ?? "");
            yield return ("body", text.Language, text.Body);
        }
        foreach (var wording in content.Wordings)
        {
            yield return ("question", wording.Language, wording.Question);
            yield return ("similar", wording.Language, string.Join('\n', wording.Similar));
        }
        foreach (var group in content.Answers.GroupBy(one => (one.Language, one.Channel, Audience: one.Audience is { } audience ? audience.Kind + string.Concat(audience.Segments) : "")))
        {
            var place = string.Join(" · ", new[] { "answer", group.Key.Channel, group.Key.Audience }.Where(part => !string.IsNullOrEmpty(part)));
            yield return (place, group.Key.Language, string.Join("\n\n", group.Select(one => one.Text)));
        }
        yield return ("audience", null, string.Join('\n', content.Audience.Segments.Prepend(content.Audience.Kind)));
        yield return ("keywords", null, string.Join('\n', content.Keywords));
        yield return ("validFrom", null, content.ValidFrom is { } from ? WireTime.Format(from) : "");
        yield return ("validTo", null, content.ValidTo is { } to ? WireTime.Format(to) : "");
    }
}
