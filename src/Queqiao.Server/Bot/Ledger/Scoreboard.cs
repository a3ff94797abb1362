using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Ledger;

/// <summary><c>GET /api/v1/bots/scoreboard</c>: what bots did, side by side and never as one flattering number. The definitions are in docs/bot.md.</summary>
internal static class Scoreboard
{
    private const int MostDays = 366;

    /// <param name="Received">Times a bot took a conversation.</param>
    /// <param name="Contained">Ended without a person: confirmed and assumed together.</param>
    /// <param name="Confirmed">Of these, the customer said so (in words or by a thumb).</param>
    /// <param name="Assumed">Of these, the customer just said nothing more.</param>
    /// <param name="Recontacted">Of the contained ones, the same person wrote again within seven days, on any channel.</param>
    /// <param name="Observed">Contained ones whose seven days are over: recontacted is to be read against these.</param>
    /// <param name="HandedOver">Given to people by the bot.</param>
    /// <param name="Taken">Taken by a colleague, before the bot gave it.</param>
    /// <param name="Open">Not ended yet.</param>
    /// <param name="Labelled">Answers that a colleague has looked at.</param>
    /// <param name="Wrong">Of these, wrong.</param>
    /// <param name="UnhelpfulReasons">What was wrong with the unhelpful ones, where customers said so.</param>
    public sealed record Answer(
        DateTimeOffset From, DateTimeOffset To, int Received, int Contained, int Confirmed, int Assumed, int Recontacted, int Observed, int HandedOver, int Taken, int Open,
        IReadOnlyDictionary<string, int> Reasons, int Answers, int Refused, int Clarified, int Helpful, int Unhelpful, int Labelled, int Wrong, IReadOnlyDictionary<string, int> UnhelpfulReasons, IReadOnlyList<Day> Days, IReadOnlyList<BrainShare> Brains);

    public sealed record Day(DateOnly On, int Received, int Contained, int HandedOver);

    public sealed record BrainShare(string Brain, int Answers);

    public static async Task<IResult> Show(DateTimeOffset? from, DateTimeOffset? to, Guid? channel, Actor actor, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        var until = to ?? clock.GetUtcNow();
        var since = from ?? until.AddDays(-30);
        if (Span(since, until) is { } wrong)
            return wrong.ToProblem();
        var (a, b) = (since.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
        await using var db = storage.Read(actor.Ws);
        var cases = await db.Table<BotCaseRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.At >= a && row.At < b && (channel == null || row.ChannelId == channel)).ToListAsync(ct);
        var turns = await db.Table<BotTurnRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.At >= a && row.At < b && (channel == null || row.ChannelId == channel))
            .GroupBy(row => new { row.Kind, row.Brain, row.Helpful, row.RightAnswer, row.Reason }).Select(group => new Turns(group.Key.Kind, group.Key.Brain, group.Key.Helpful, group.Key.RightAnswer, group.Count(), group.Key.Reason)).ToListAsync(ct);
        return TypedResults.Ok(Of(cases, turns, since, until, clock.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    internal static Refusal? Span(DateTimeOffset from, DateTimeOffset to) => from >= to || to - from > TimeSpan.FromDays(MostDays) ? Refusal.Invalid("from", "out_of_range", 1, MostDays) : null;

    internal sealed record Turns(string Kind, string Brain, int? Helpful, int? Right, int Count, string? Reason = null);

    /// <summary>The counting itself: pure.</summary>
    internal static Answer Of(IReadOnlyList<BotCaseRow> cases, IReadOnlyList<Turns> turns, DateTimeOffset from, DateTimeOffset to, long now)
    {
        var contained = cases.Where(IsContained).ToList();
        var confirmed = contained.Count(row => row.Outcome == CaseOutcome.Solved || row.Helpful == 1);
        int Sum(Func<Turns, bool> which) => turns.Where(which).Sum(turn => turn.Count);
        bool IsAnswer(Turns turn) => turn.Kind is BotSays.Answer or BotSays.Facts;
        return new Answer(
            from, to, cases.Count, contained.Count, confirmed, contained.Count - confirmed,
            contained.Count(row => row.AgainAt is not null),
            contained.Count(row => row.AgainAt is not null || row.EndedAt <= now - (long)KeepLedger.AgainWithin.TotalMilliseconds),
            cases.Count(row => row.Outcome == CaseOutcome.HandedOver), cases.Count(row => row.Outcome == CaseOutcome.Taken), cases.Count(row => row.Outcome == CaseOutcome.Open),
            cases.Where(row => row.Outcome == CaseOutcome.HandedOver && row.Reason is not null).GroupBy(row => row.Reason!).ToDictionary(group => group.Key, group => group.Count()),
            Sum(IsAnswer), Sum(turn => turn.Kind == BotSays.Refuse), Sum(turn => turn.Kind == BotSays.Clarify), Sum(turn => turn.Helpful == 1), Sum(turn => turn.Helpful == 0),
            Sum(turn => turn.Right is not null), Sum(turn => turn.Right == 0),
            turns.Where(turn => turn is { Helpful: 0, Reason: not null }).GroupBy(turn => turn.Reason!).ToDictionary(group => group.Key, group => group.Sum(turn => turn.Count)),
            [.. cases.GroupBy(row => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(row.At).UtcDateTime)).OrderBy(day => day.Key)
                .Select(day => new Day(day.Key, day.Count(), day.Count(IsContained), day.Count(row => row.Outcome == CaseOutcome.HandedOver)))],
            [.. turns.Where(IsAnswer).GroupBy(turn => turn.Brain).OrderBy(brain => brain.Key, StringComparer.Ordinal).Select(brain => new BrainShare(brain.Key, brain.Sum(turn => turn.Count)))]);
    }

    /// <summary>A customer who said that nothing helped and went away was not helped.</summary>
    private static bool IsContained(BotCaseRow row) => row.Outcome == CaseOutcome.Solved || (row.Outcome == CaseOutcome.Quiet && row.Answers > 0 && row.Helpful != 0);
}
