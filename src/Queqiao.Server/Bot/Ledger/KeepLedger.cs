using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Ledger;

/// <summary>
/// Keeps the books of what bots did and what became of it, from the log alone: every number of the scoreboard can be opened to the
/// conversations it counts.
/// </summary>
internal sealed class KeepLedger : ILogListener
{
    /// <summary>Who writes again within this time was not helped for good.</summary>
    public static readonly TimeSpan AgainWithin = TimeSpan.FromDays(7);

    public string Name => "bot.ledger";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        foreach (var ofWorkspace in entries.Where(Counts).GroupBy(entry => entry.Ws))
        {
            var ws = ofWorkspace.Key;
            var ids = ofWorkspace.Select(entry => entry.ConversationId).Distinct().ToList();
            var heads = (await unit.Db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => ids.Contains(head.Id))
                .Select(head => new Known(head.Id, head.ChannelId, head.ContactId)).ToListAsync(ct)).ToDictionary(head => head.Id);
            foreach (var entry in ofWorkspace.Where(entry => heads.ContainsKey(entry.ConversationId)))
                await Note(unit, entry, heads[entry.ConversationId], ct);
            await unit.Db.SaveChangesAsync(ct); // a case may have ended and its person come again within one batch
            await CameAgain(unit, ws, ofWorkspace.Where(IsFromContact), heads, ct);
        }
    }

    private sealed record Known(Guid Id, Guid ChannelId, Guid ContactId);

    private static bool Counts(LogEntry entry) => IsFromContact(entry) || entry.Body is MessagePosted { Bot: not null } or HandedOver or BotRated
        || entry.Body is StatusChanged { From: ConversationStatus.Bot } or StatusChanged { To: ConversationStatus.Bot };

    private static bool IsFromContact(LogEntry entry) => entry.Body is MessagePosted { Direction: Direction.In };

    /// <summary>Few people who write were helped by a bot within the week: one question finds them among all who wrote.</summary>
    private static async Task CameAgain(WriteUnit unit, int ws, IEnumerable<LogEntry> wrote, Dictionary<Guid, Known> heads, CancellationToken ct)
    {
        var times = wrote.Where(entry => heads.ContainsKey(entry.ConversationId))
            .GroupBy(entry => heads[entry.ConversationId].ContactId, entry => entry.At).ToDictionary(person => person.Key, person => person.Order().ToList());
        if (times.Count == 0)
            return;
        var (people, since) = (times.Keys.ToList(), times.Values.Min(all => all[0]) - (long)AgainWithin.TotalMilliseconds);
        var helped = await unit.Db.Table<BotCaseRow>()
            .Where(row => row.Ws == ws && people.Contains(row.ContactId) && row.EndedAt >= since && row.AgainAt == null && (row.Outcome == CaseOutcome.Solved || row.Outcome == CaseOutcome.Quiet))
            .ToListAsync(ct);
        foreach (var one in helped)
            one.AgainAt = times[one.ContactId].Cast<long?>().FirstOrDefault(at => one.EndedAt < at && one.EndedAt >= at - (long)AgainWithin.TotalMilliseconds);
        if (helped.Count > 0)
            await unit.Db.SaveChangesAsync(ct);
    }

    private static async Task Note(WriteUnit unit, LogEntry entry, Known head, CancellationToken ct)
    {
        switch (entry.Body)
        {
            case StatusChanged { To: ConversationStatus.Bot }:
                unit.Db.Table<BotCaseRow>().Add(new BotCaseRow
                {
                    Ws = entry.Ws, ConversationId = entry.ConversationId, FromSeq = entry.Seq, ChannelId = head.ChannelId, ContactId = head.ContactId, At = entry.At, Outcome = CaseOutcome.Open,
                });
                break;
            case MessagePosted { Bot: { } bot } message:
                unit.Db.Table<BotTurnRow>().Add(new BotTurnRow
                {
                    Ws = entry.Ws, ConversationId = entry.ConversationId, Seq = entry.Seq, AskedSeq = AskedBy(message.ClientId), At = entry.At, ChannelId = head.ChannelId, ContactId = head.ContactId,
                    Kind = bot.Kind, Brain = bot.Brain, Entry = bot.Entry, Score = bot.Score,
                });
                if (bot.Kind is BotSays.Answer or BotSays.Facts or BotSays.Flow && await Case(unit, entry, ct) is { } answered)
                    answered.Answers++;
                break;
            case HandedOver given when await Case(unit, entry, ct) is { } one:
                (one.Outcome, one.Reason, one.EndedAt) = (CaseOutcome.HandedOver, given.Reason, entry.At);
                break;
            case StatusChanged { From: ConversationStatus.Bot } left when await Case(unit, entry, ct) is { Outcome: CaseOutcome.Open } one:
                one.Outcome = left.To != ConversationStatus.Resolved ? CaseOutcome.Taken : left.Reason switch { "bot_solved" => CaseOutcome.Solved, "bot_quiet" => CaseOutcome.Quiet, _ => CaseOutcome.Taken };
                one.EndedAt = entry.At;
                break;
            case BotRated rated:
                await Rate(unit, entry, rated, ct);
                break;
        }
    }

    private static async Task Rate(WriteUnit unit, LogEntry entry, BotRated rated, CancellationToken ct)
    {
        await unit.Db.SaveChangesAsync(ct);
        if (await unit.Db.Table<BotTurnRow>().SingleOrDefaultAsync(row => row.Ws == entry.Ws && row.ConversationId == entry.ConversationId && row.Seq == rated.Of, ct) is { } turn)
            (turn.Helpful, turn.Reason) = (rated.Helpful ? 1 : 0, rated.Reason);
        if (await Case(unit, entry, ct) is { } one)
            one.Helpful = rated.Helpful ? 1 : 0;
    }

    /// <summary>The newest case of the conversation: it may have been added by this very turn of the listener.</summary>
    private static async Task<BotCaseRow?> Case(WriteUnit unit, LogEntry entry, CancellationToken ct) =>
        unit.Db.Table<BotCaseRow>().Local.Where(row => row.Ws == entry.Ws && row.ConversationId == entry.ConversationId).MaxBy(row => row.FromSeq)
        ?? await unit.Db.Table<BotCaseRow>().Where(row => row.Ws == entry.Ws && row.ConversationId == entry.ConversationId).OrderByDescending(row => row.FromSeq).FirstOrDefaultAsync(ct);

    /// <summary>Which message it answers stands in the id of what was said (<c>bot-SEQ-N</c>).</summary>
    private static long AskedBy(string clientId) => clientId.Split('-') is [_, var seq, _] && long.TryParse(seq, out var asked) ? asked : 0;
}

internal static class CaseOutcome
{
    public const string Open = "open";

    /// <summary>The customer said that it is solved.</summary>
    public const string Solved = "solved";

    /// <summary>The customer said nothing more.</summary>
    public const string Quiet = "quiet";

    public const string HandedOver = "handed_over";

    /// <summary>A colleague took it.</summary>
    public const string Taken = "taken";
}
