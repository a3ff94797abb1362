using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Learning;

/// <summary>
/// Where the firm has switched it on: similar questions are published without a person, when they are asked often, come near one entry, and
/// pass the gate. Answers never are: a wrong similar question sends somebody to a text that a person wrote, a wrong answer says what nobody
/// in the firm has ever said.
/// </summary>
internal sealed class AutoPublish(BotBoard board, KnowledgeGrowth growth, IStorageEngine storage, IVault vault)
{
    private const double Sure = 0.3;
    private const int Often = 3;
    private const int MostAtOnce = 5;

    /// <summary>Each is seconds of computing.</summary>
    private const int MostTried = 25;

    /// <summary>When the gate did not let one through: those wait behind all others, or they would be all that is looked at.</summary>
    private readonly ConcurrentDictionary<Guid, long> _tried = new();
    private long _trials;

    public async Task<int> Look(int ws, CancellationToken ct)
    {
        if (!board.All.Any(one => one.Ws == ws && one.Bot.IsOn && one.Bot.Profile.AutoPublishSimilar))
            return 0;
        var (published, tried) = (0, 0);
        foreach (var row in await Ready(ws, ct))
        {
            if (published == MostAtOnce || tried++ == MostTried)
                break;
            var text = SuggestionText.Of(vault.Open(ws, Learn.Purpose, row.Sealed, row.Id));
            if (!Guid.TryParse(BotEntry.IdOf(row.Entry!), out var faq) || await growth.TrySimilar(ws, faq, text.Language, text.Question, ct) is not { Worse.Count: 0 } trial || !trial.Finds(text.Question))
                _tried[row.Id] = Interlocked.Increment(ref _trials);
            else
                published += await storage.Run(ws, (unit, stop) => Publish(unit, row, faq, text, trial, stop), ct) ? 1 : 0;
        }
        return published;
    }

    /// <summary>Those never tried first, then those whose trial is longest ago.</summary>
    private async Task<List<BotSuggestionRow>> Ready(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var ready = await db.Table<BotSuggestionRow>().AsNoTracking()
            .Where(row => row.Ws == ws && row.State == SuggestionState.Open && row.Kind == SuggestionKind.Similar && row.Entry != null && row.Size >= Often && row.Score >= Sure)
            .OrderByDescending(row => row.Size).ThenBy(row => row.Id).ToListAsync(ct);
        var faults = await AtFault.Of(db, ws, ct);
        return [.. ready.Where(row => !faults.Contains(row.Id)).OrderBy(row => _tried.GetValueOrDefault(row.Id))];
    }

    private async Task<bool> Publish(WriteUnit unit, BotSuggestionRow known, Guid faq, SuggestionText text, TrialResult trial, CancellationToken ct)
    {
        var row = await unit.Db.Table<BotSuggestionRow>().SingleAsync(one => one.Ws == known.Ws && one.Id == known.Id, ct);
        if (row.State != SuggestionState.Open || await growth.AddSimilar(unit, row.Ws, faq, text.Language, text.Question, null, ct) is null)
            return false;
        (row.State, row.ItemId, row.ByItself, row.DecidedAt, row.ChangedAt) = (SuggestionState.Published, faq, true, unit.Ids.Now(), unit.Ids.Now());
        growth.Keep(unit, trial, faq, null);
        await Audit.Record(unit, AuditBy.System(row.Ws), "bot_suggestion.published", "bot_suggestion", row.Id.ToString(), new { by = "gate", faq, better = trial.Better.Count }, ct);
        return true;
    }
}
