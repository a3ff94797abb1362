using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Ledger;

/// <summary>
/// <c>GET /api/v1/bots/scoreboard/{number}</c>: the conversations that a number counts, newest first, by the conditions it is counted by.
/// Those that the actor may not see are counted and not shown.
/// </summary>
internal static class BehindScores
{
    private const int PageSize = 50;

    /// <param name="Seq">Where in the conversation: where the bot took it, or what it said.</param>
    /// <param name="Outcome">What became of it, or what it was that the bot said.</param>
    public sealed record Row(Guid ConversationId, long Seq, DateTimeOffset At, string Outcome, string? Reason);

    public sealed record Page(IReadOnlyList<Row> Items, string? NextCursor);

    private static readonly Dictionary<string, Expression<Func<BotCaseRow, bool>>> Cases = new()
    {
        ["received"] = row => true,
        ["contained"] = row => row.Outcome == CaseOutcome.Solved || (row.Outcome == CaseOutcome.Quiet && row.Answers > 0 && row.Helpful != 0),
        ["confirmed"] = row => row.Outcome == CaseOutcome.Solved || (row.Outcome == CaseOutcome.Quiet && row.Answers > 0 && row.Helpful == 1),
        ["assumed"] = row => row.Outcome == CaseOutcome.Quiet && row.Answers > 0 && row.Helpful == null,
        ["recontacted"] = row => row.AgainAt != null && (row.Outcome == CaseOutcome.Solved || (row.Outcome == CaseOutcome.Quiet && row.Answers > 0 && row.Helpful != 0)),
        ["handed_over"] = row => row.Outcome == CaseOutcome.HandedOver,
        ["taken"] = row => row.Outcome == CaseOutcome.Taken,
        ["open"] = row => row.Outcome == CaseOutcome.Open,
    };

    private static readonly Dictionary<string, Expression<Func<BotTurnRow, bool>>> Turns = new()
    {
        ["refused"] = row => row.Kind == BotSays.Refuse,
        ["clarified"] = row => row.Kind == BotSays.Clarify,
        ["helpful"] = row => row.Helpful == 1,
        ["unhelpful"] = row => row.Helpful == 0,
        ["wrong"] = row => row.RightAnswer == 0,
    };

    internal static IEnumerable<string> Numbers => Cases.Keys.Concat(Turns.Keys);

    public static async Task<IResult> Show(string number, DateTimeOffset? from, DateTimeOffset? to, Guid? channel, string? cursor, Actor actor, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        var until = to ?? clock.GetUtcNow();
        var since = from ?? until.AddDays(-30);
        if (Scoreboard.Span(since, until) is { } wrong)
            return wrong.ToProblem();
        var (a, b) = (since.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
        if (cursor is not null && (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out b) || b <= a))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var seen = db.Visible(actor.Conversations());
        IQueryable<Counted>? rows = Cases.TryGetValue(number, out var ofCase)
            ? db.Table<BotCaseRow>().Where(row => row.Ws == actor.Ws && row.At >= a && row.At < b && (channel == null || row.ChannelId == channel) && seen.Any(head => head.Id == row.ConversationId)).Where(ofCase)
                .OrderByDescending(row => row.At).ThenBy(row => row.ConversationId).ThenBy(row => row.FromSeq).Take(PageSize * 2).Select(row => new Counted(row.ConversationId, row.FromSeq, row.At, row.Outcome, row.Reason))
            : Turns.TryGetValue(number, out var ofTurn)
                ? db.Table<BotTurnRow>().Where(row => row.Ws == actor.Ws && row.At >= a && row.At < b && (channel == null || row.ChannelId == channel) && seen.Any(head => head.Id == row.ConversationId)).Where(ofTurn)
                    .OrderByDescending(row => row.At).ThenBy(row => row.ConversationId).ThenBy(row => row.Seq).Take(PageSize * 2).Select(row => new Counted(row.ConversationId, row.Seq, row.At, row.Kind, row.Reason))
                : null;
        if (rows is null)
            return Refusal.NotFound().ToProblem();
        var page = await rows.ToListAsync(ct);
        // The next page begins below an instant: what is of one instant stays together.
        var last = page.Count > PageSize ? page[PageSize - 1].At : (long?)null;
        return TypedResults.Ok(new Page(
            [.. page.Where(row => last is null || row.At >= last).Select(row => new Row(row.Conversation, row.Seq, DateTimeOffset.FromUnixTimeMilliseconds(row.At), row.Outcome, row.Reason))],
            last?.ToString(CultureInfo.InvariantCulture)));
    }

    private sealed record Counted(Guid Conversation, long Seq, long At, string Outcome, string? Reason);
}
