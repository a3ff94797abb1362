using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Learning;

/// <summary>
/// Suggestions of another way to ask for an FAQ, of which somebody was answered with this very FAQ, and not well: to ask for it in more ways
/// would make that worse.
/// </summary>
internal static class AtFault
{
    public static async Task<HashSet<Guid>> Of(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var pairs = await (
            from row in db.Table<BotSuggestionRow>()
            join asked in db.Table<BotQuestionRow>() on new { row.Ws, SuggestionId = row.Id } equals new { asked.Ws, asked.SuggestionId }
            join turn in db.Table<BotTurnRow>() on new { asked.Ws, asked.ConversationId, asked.Seq } equals new { turn.Ws, turn.ConversationId, Seq = turn.AskedSeq }
            where row.Ws == ws && row.State == SuggestionState.Open && row.Kind == SuggestionKind.Similar && turn.Kind == BotSays.Answer && turn.Entry != null && row.Entry != null
            select new { row.Id, Nearest = row.Entry, Said = turn.Entry }).Distinct().ToListAsync(ct);
        return [.. pairs.Where(one => BotEntry.IdOf(one.Nearest!) == BotEntry.IdOf(one.Said!)).Select(one => one.Id)];
    }
}
