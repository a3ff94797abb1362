using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Gate;

/// <summary>
/// The gate where nobody looks on: a schedule, an import. What would be answered worse is not published; it stays a draft that says why,
/// and whoever answers for it is told.
/// </summary>
internal sealed class Gatekeeper(Trials trials, INotices notices, IStorageEngine storage)
{
    /// <summary>After so many rounds of taking out what is to blame, all that is left is to blame.</summary>
    private const int MostRounds = 8;

    /// <param name="Good">What may be published together.</param>
    /// <param name="Held">What may not.</param>
    /// <param name="Result">What publishing the good ones does; as worse it names the questions for which the others are held.</param>
    internal sealed record Verdict(IReadOnlyList<Candidate> Good, IReadOnlyList<Candidate> Held, TrialResult Result);

    /// <summary>Which of many changes may be published together. Null: there is no regression set.</summary>
    public async Task<Verdict?> Sift(int ws, Guid baseId, IReadOnlyList<Candidate> changes, CancellationToken ct)
    {
        if (await trials.Open(ws, baseId, ct) is not { } trial)
            return null;
        var (good, held, worse) = (changes.ToList(), new List<Candidate>(), new Dictionary<Guid, TrialLine>());
        for (var round = 1; ; round++)
        {
            var result = await trial.Of(good, ct);
            if (result.Worse.Count == 0)
                return new Verdict(good, held, result with { Worse = [.. worse.Values] });
            foreach (var line in result.Worse)
                worse.TryAdd(line.CheckId, line);
            var blamed = Blamed(result.Worse, good.Select(one => one.Item.Id).ToHashSet());
            if (blamed.Count == 0 || round == MostRounds)
                blamed = good.Select(one => one.Item.Id).ToHashSet();
            held.AddRange(good.Where(one => blamed.Contains(one.Item.Id)));
            good.RemoveAll(one => blamed.Contains(one.Item.Id));
        }
    }

    /// <summary>Who answers in the right one's place; else the right one itself, which is no longer recognised.</summary>
    private static HashSet<Guid> Blamed(IReadOnlyList<TrialLine> worse, HashSet<Guid> among) =>
        [.. worse.Select(line => line.ItemId is { } got && among.Contains(got) ? got : line.ExpectedId is { } expected && among.Contains(expected) ? expected : (Guid?)null).OfType<Guid>()];

    /// <summary>The questions for which something may not be published although its schedule has come; what was accepted with the schedule does not count.</summary>
    public async Task<(TrialResult? Result, int Worse)> Judge(int ws, KnowledgeItem item, CancellationToken ct)
    {
        var (_, result) = await trials.OfItem(ws, item.Id, Writing.PublishScheduled.VersionOf(item), ct);
        if (result is not { Worse.Count: > 0 } || item.AcceptedRun is not { } accepted)
            return (result, result?.Worse.Count ?? 0);
        await using var db = storage.Read(ws);
        var detail = await db.Table<KnowledgeRun>().AsNoTracking().Where(run => run.Ws == ws && run.Id == accepted).Select(run => run.Detail).SingleOrDefaultAsync(ct);
        var seen = detail is null ? [] : RunDetail.Of(detail).Worse.Select(line => line.Check).ToHashSet();
        return (result, result.Worse.Count(line => !seen.Contains(line.CheckId)));
    }

    /// <summary>It stays what it is, and says why.</summary>
    public async Task Hold(WriteUnit unit, KnowledgeItem item, TrialResult result, int worse, CancellationToken ct)
    {
        item.HeldRun = Trials.Keep(unit, result, item.Id, null);
        (item.PublishAt, item.PublishVersion, item.AcceptedRun) = (null, null, null);
        await notices.Tell(unit, new[] { item.OwnerId, item.ChangedBy }.OfType<Guid>(), NoticeKinds.KnowledgeHeld, item.Id.ToString(), new { count = worse }, ct);
        await Audit.Record(unit, AuditBy.System(item.Ws), "knowledge_item.held", "knowledge_item", item.Id.ToString(), new { item.Version, worse, better = result.Better.Count }, ct);
    }

    /// <summary>Of an import: these stay drafts.</summary>
    public async Task HoldImported(WriteUnit unit, KnowledgeImport import, Verdict verdict, CancellationToken ct)
    {
        var run = Trials.Keep(unit, verdict.Result, null, import.ByAgent);
        import.RunId ??= run;
        if (verdict.Held.Count == 0)
            return;
        var ids = verdict.Held.Select(one => one.Item.Id).ToArray();
        var worse = verdict.Result.Worse.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await unit.Db.Table<KnowledgeItem>().Where(item => item.Ws == import.Ws && ids.Contains(item.Id)).ExecuteUpdateAsync(set => set.SetProperty(item => item.HeldRun, run), ct);
        await unit.Db.Table<KnowledgeImportRow>().Where(row => row.Ws == import.Ws && row.ImportId == import.Id && row.ItemId != null && ids.Contains(row.ItemId.Value) && row.Version != null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Code, "knowledge_held").SetProperty(row => row.Arg, worse), ct);
        await notices.Tell(unit, [import.ByAgent], NoticeKinds.KnowledgeImportHeld, import.Id.ToString(), new { count = verdict.Held.Count }, ct);
        await Audit.Record(unit, AuditBy.System(import.Ws), "knowledge_import.held", "knowledge_import", import.Id.ToString(), new { held = verdict.Held.Count, worse = verdict.Result.Worse.Count }, ct);
    }
}
