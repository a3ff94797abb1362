using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Gate;

/// <summary>Something that would be published.</summary>
internal sealed record Candidate(KnowledgeItem Item, int Version, KnowledgeContent Content);

/// <summary>Asks every question of a base's regression set twice: from what is published now, and from what would be.</summary>
internal sealed class Trials(KnowledgeLibrary library, IKnowledgeBrain brain, IVault vault, IStorageEngine storage, TimeProvider clock)
{
    /// <summary>Beyond so many FAQs their standard questions are not all asked.</summary>
    private const int MostStandard = 1_000;

    /// <summary>How a base stands, ready to try changes on. Null: its set is empty.</summary>
    public Task<OpenTrial?> Open(int ws, Guid baseId, CancellationToken ct) => Open(ws, baseId, null, ct);

    /// <summary>How a base stands for what nobody wrote by hand: the standard question of every FAQ is asked too, and the new question itself.</summary>
    /// <param name="learnt">The question that is added and the FAQ that it is to find; null: only the set is asked.</param>
    public async Task<OpenTrial?> Open(int ws, Guid baseId, (string Question, Guid Faq)? learnt, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var checks = await db.Table<KnowledgeCheck>().AsNoTracking().Where(row => row.Ws == ws && row.BaseId == baseId).OrderBy(row => row.Id).ToListAsync(ct);
        if (checks.Count == 0 && learnt is null)
            return null;
        var begun = clock.GetTimestamp();
        var now = (await library.Of(ws, ct)).Published(baseId);
        var before = await brain.Learn(now, ct);
        var asked = checks.Select(check => (Check: check, Question: Reports.Open(vault, ws, check.Sealed, check.Id))).ToList();
        List<Asked> all = [.. asked.Select(one => new Asked(one.Check, one.Question, before(one.Question)))];
        if (learnt is { } added)
        {
            all.Add(Of(added.Faq, added.Question));
            all.AddRange(Standard(now).Select(one => Of(one.Id, one.Question)).Where(one => one.Before.ItemId == one.Check.ItemId && one.Before.Kind == "item"));
        }
        return new OpenTrial(brain, now, baseId, all, clock, begun);

        Asked Of(Guid faq, string question) => new(new KnowledgeCheck { Ws = ws, Id = faq, BaseId = baseId, Tag = Guid.Empty, Sealed = [], Language = "", Expects = "item", ItemId = faq, Source = "standard", CreatedAt = 0 }, question, before(question));
    }

    private static IEnumerable<(Guid Id, string Question)> Standard(PublishedKnowledge now) => now.Faqs
        .Where(item => KnowledgeReader.Stranger.MaySee(item.Content.Audience)).SelectMany(item => item.Content.Wordings.Select(wording => (item.Id, wording.Question))).Take(MostStandard);

    /// <summary>How a base stands. Null: its set is empty.</summary>
    public async Task<TrialResult?> OfBase(int ws, Guid baseId, CancellationToken ct) => await Open(ws, baseId, ct) is { } trial ? await trial.Of([], ct) : null;

    /// <summary>The trial of one version of an item. Null: there is no such item or version, or nothing to ask.</summary>
    public async Task<(bool IsKnown, TrialResult? Result)> OfItem(int ws, Guid id, int? version, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id, ct);
        if (item is null)
            return (false, null);
        var number = version ?? item.Version;
        var text = await db.Table<KnowledgeVersion>().AsNoTracking().Where(row => row.Ws == ws && row.ItemId == id && row.Version == number).Select(row => row.Content).SingleOrDefaultAsync(ct);
        if (text is null)
            return (false, null);
        return (true, await Open(ws, item.BaseId, ct) is { } trial ? await trial.Of([new Candidate(item, number, KnowledgeContent.Of(text))], ct) : null);
    }

    /// <summary>Keeps what a trial said, so that the history of a base can be seen.</summary>
    public static Guid Keep(WriteUnit unit, TrialResult result, Guid? item, Guid? by)
    {
        var id = unit.Ids.New();
        unit.Db.Table<KnowledgeRun>().Add(new KnowledgeRun
        {
            Ws = unit.Ws, Id = id, BaseId = result.BaseId, ItemId = item, ByAgent = by, At = unit.Ids.Now(), Total = result.Total, RightBefore = result.RightBefore, RightAfter = result.RightAfter,
            Detail = RunDetail.Of(result).Json(),
        });
        return id;
    }
}

/// <summary>A question of the set, and what comes of it as things are.</summary>
internal sealed record Asked(KnowledgeCheck Check, string Question, Judged Before);

/// <summary>A base and its regression set, as they were when it was opened.</summary>
internal sealed class OpenTrial(IKnowledgeBrain brain, PublishedKnowledge now, Guid baseId, IReadOnlyList<Asked> asked, TimeProvider clock, long begun)
{
    /// <summary>What would come of publishing all of these together.</summary>
    public async Task<TrialResult> Of(IReadOnlyList<Candidate> changes, CancellationToken ct)
    {
        var next = changes.Count == 0 ? now : Changed(changes);
        var after = changes.Count == 0 ? null : await brain.Learn(next, ct);
        var (titles, titlesBefore) = (Titles(next, now), Titles(now, next));
        var (better, worse, wrong, rightBefore, rightAfter) = (new List<TrialLine>(), new List<TrialLine>(), new List<TrialLine>(), 0, 0);
        foreach (var (check, question, before) in asked)
        {
            ct.ThrowIfCancellationRequested();
            var got = after?.Invoke(question) ?? before;
            var (wasRight, isRight) = (IsRight(check, before), IsRight(check, got));
            rightBefore += wasRight ? 1 : 0;
            rightAfter += isRight ? 1 : 0;
            if (wasRight && isRight)
                continue;
            (isRight ? better : wasRight ? worse : wrong).Add(new TrialLine(
                check.Id, question, check.Expects, check.ItemId is { } expected ? titles.GetValueOrDefault(expected, "…") : null, Told(before, titlesBefore), Told(got, titles), got.ItemId, check.ItemId));
        }
        return new TrialResult(baseId, asked.Count, rightBefore, rightAfter, better, worse, [.. wrong.Take(100)], (long)clock.GetElapsedTime(begun).TotalMilliseconds);
    }

    private static Dictionary<Guid, string> Titles(PublishedKnowledge first, PublishedKnowledge then) =>
        first.Items.Concat(then.Items).DistinctBy(one => one.Id).ToDictionary(one => one.Id, one => one.Content.TitleIn("zh-CN"));

    private PublishedKnowledge Changed(IReadOnlyList<Candidate> changes)
    {
        var changed = changes.Select(one => one.Item.Id).ToHashSet();
        var at = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var items = now.Items.Where(one => !changed.Contains(one.Id)).Concat(changes.Select(one =>
            new PublishedItem(one.Item.Id, one.Item.BaseId, one.Item.Kind == "faq", one.Item.ExternalKey, one.Item.CategoryId, [], one.Version, now.Revision + 1, at, one.Content)));
        return now with { Items = [.. items.OrderBy(one => one.Id)], Revision = now.Revision + 1 };
    }

    private static bool IsRight(KnowledgeCheck check, Judged got) => check.Expects switch
    {
        "item" => got.Kind == "item" && got.ItemId == check.ItemId,
        "refusal" => got.Kind is "refusal" or "clarify",
        _ => got.Kind == check.Expects,
    };

    private static string Told(Judged got, Dictionary<Guid, string> titles) => got.ItemId is { } item ? $"{got.Kind}: {titles.GetValueOrDefault(item, "…")}" : got.Kind;
}
