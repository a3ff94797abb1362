using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Gate;

/// <param name="Got">What came of it after the change, as a word and the item's title.</param>
internal sealed record TrialLine(Guid CheckId, string Question, string Expects, string? ExpectedTitle, string GotBefore, string Got);

/// <summary>What the regression set says about a change.</summary>
internal sealed record TrialResult(Guid BaseId, int Total, int RightBefore, int RightAfter, IReadOnlyList<TrialLine> Better, IReadOnlyList<TrialLine> Worse, IReadOnlyList<TrialLine> StillWrong, long Milliseconds);

/// <summary>Asks every question of a base's regression set twice: from what is published now, and from what would be.</summary>
internal sealed class Trials(KnowledgeLibrary library, IKnowledgeBrain brain, IVault vault, IStorageEngine storage, TimeProvider clock)
{
    /// <summary>Null: the set is empty.</summary>
    /// <param name="item">The item that would be published in this version; null: only how it stands.</param>
    public async Task<TrialResult?> Run(int ws, Guid baseId, KnowledgeItem? item, KnowledgeContent? content, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var checks = await db.Table<KnowledgeCheck>().AsNoTracking().Where(row => row.Ws == ws && row.BaseId == baseId).OrderBy(row => row.Id).ToListAsync(ct);
        if (checks.Count == 0)
            return null;
        var begun = clock.GetTimestamp();
        var now = (await library.Of(ws, ct)).Published(baseId);
        var before = await brain.Learn(now, ct);
        var next = item is null ? now : Changed(now, item, content);
        var after = item is null ? before : await brain.Learn(next, ct);
        var titles = next.Items.Concat(now.Items).DistinctBy(one => one.Id).ToDictionary(one => one.Id, one => one.Content.TitleIn("zh-CN"));
        var (better, worse, wrong, rightBefore, rightAfter) = (new List<TrialLine>(), new List<TrialLine>(), new List<TrialLine>(), 0, 0);
        foreach (var check in checks)
        {
            ct.ThrowIfCancellationRequested();
            var question = Reports.Open(vault, ws, check.Sealed, check.Id);
            var (one, other) = (before(question), after(question));
            var (wasRight, isRight) = (IsRight(check, one), IsRight(check, other));
            rightBefore += wasRight ? 1 : 0;
            rightAfter += isRight ? 1 : 0;
            if (wasRight && isRight)
                continue;
            (isRight ? better : wasRight ? worse : wrong).Add(new TrialLine(check.Id, question, check.Expects, check.ItemId is { } expected ? titles.GetValueOrDefault(expected, "…") : null, Told(one, titles), Told(other, titles)));
        }
        return new TrialResult(baseId, checks.Count, rightBefore, rightAfter, better, worse, [.. wrong.Take(100)], (long)clock.GetElapsedTime(begun).TotalMilliseconds);
    }

    /// <summary>The trial of one version of an item. Null: there is no such item or version, or nothing to ask.</summary>
    public async Task<(bool IsKnown, TrialResult? Result)> OfItem(int ws, Guid id, int? version, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id, ct);
        if (item is null)
            return (false, null);
        var number = version ?? item.Version;
        var text = await db.Table<KnowledgeVersion>().AsNoTracking().Where(row => row.Ws == ws && row.ItemId == id && row.Version == number).Select(row => row.Content).SingleOrDefaultAsync(ct);
        return text is null ? (false, null) : (true, await Run(ws, item.BaseId, item, KnowledgeContent.Of(text), ct));
    }

    /// <summary>Keeps what a trial said, so that the history of a base can be seen.</summary>
    public static void Keep(WriteUnit unit, TrialResult result, Guid? item, Guid? by) => unit.Db.Table<KnowledgeRun>().Add(new KnowledgeRun
    {
        Ws = unit.Ws, Id = unit.Ids.New(), BaseId = result.BaseId, ItemId = item, ByAgent = by, At = unit.Ids.Now(), Total = result.Total, RightBefore = result.RightBefore, RightAfter = result.RightAfter,
        Detail = JsonSerializer.Serialize(new { better = result.Better.Select(line => line.CheckId), worse = result.Worse.Select(line => line.CheckId) }, StrictJson.Options),
    });

    private PublishedKnowledge Changed(PublishedKnowledge knowledge, KnowledgeItem item, KnowledgeContent? content)
    {
        var others = knowledge.Items.Where(one => one.Id != item.Id).ToList();
        if (content is not null)
            others.Add(new PublishedItem(item.Id, item.BaseId, item.Kind == "faq", item.ExternalKey, item.CategoryId, [], item.Version, knowledge.Revision + 1, clock.GetUtcNow().ToUnixTimeMilliseconds(), content));
        return knowledge with { Items = [.. others.OrderBy(one => one.Id)], Revision = knowledge.Revision + 1 };
    }

    private static bool IsRight(KnowledgeCheck check, Judged got) => check.Expects switch
    {
        "item" => got.Kind == "item" && got.ItemId == check.ItemId,
        "refusal" => got.Kind is "refusal" or "clarify",
        _ => got.Kind == check.Expects,
    };

    private static string Told(Judged got, Dictionary<Guid, string> titles) => got.ItemId is { } item ? $"{got.Kind}: {titles.GetValueOrDefault(item, "…")}" : got.Kind;
}
