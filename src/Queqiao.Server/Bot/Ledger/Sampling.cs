using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Ledger;

/// <summary>Answers to look at, by chance and not by choice, and what a colleague finds about them: the only honest count of wrong ones.</summary>
internal static class Sampling
{
    private const int Most = 20;

    public sealed record Sample(Guid ConversationId, long Seq, DateTimeOffset At, string Question, string Answer, string? Entry, double? Score, string Brain);

    public sealed record Samples(IReadOnlyList<Sample> Items);

    public sealed record Label(bool Right);

    public static async Task<IResult> Draw(Actor actor, IStorageEngine storage, IBotConversations conversations, TimeProvider clock, CancellationToken ct)
    {
        var since = clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds();
        await using var db = storage.Read(actor.Ws);
        var scope = actor.Conversations();
        var turns = await db.Table<BotTurnRow>().AsNoTracking()
            .Where(row => row.Ws == actor.Ws && row.At >= since && row.RightAnswer == null && (row.Kind == BotSays.Answer || row.Kind == BotSays.Facts))
            .OrderByDescending(row => row.At).Take(2000).ToListAsync(ct);
        var items = new List<Sample>();
        foreach (var turn in turns.OrderBy(turn => Mixed(turn)).Take(Most * 3))
        {
            if (items.Count == Most || !await db.Visible(scope).AnyAsync(head => head.Id == turn.ConversationId, ct))
                continue;
            var said = await conversations.Said(actor.Ws, turn.ConversationId, turn.AskedSeq, 20, ct);
            if (said.FirstOrDefault(one => one.Seq == turn.AskedSeq) is { } asked && said.FirstOrDefault(one => one.Seq == turn.Seq) is { } answer)
                items.Add(new Sample(turn.ConversationId, turn.Seq, DateTimeOffset.FromUnixTimeMilliseconds(turn.At), Masked(actor, asked.Text), Masked(actor, answer.Text), turn.Entry, turn.Score, turn.Brain));
        }
        return TypedResults.Ok(new Samples(items));
    }

    public static Task<IResult> Mark(Guid conversationId, long seq, Label request, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotTurnRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.ConversationId == conversationId && row.Seq == seq, stop) is not { } turn)
                return Refusal.NotFound().ToProblem();
            turn.RightAnswer = request.Right ? 1 : 0;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot.answer_labelled", "conversation", conversationId.ToString(), new { seq, request.Right }, stop);
            return TypedResults.NoContent();
        }, ct);

    private static string Masked(Actor actor, string text) => Masks.At(actor.Rights.Fields.Messages, text, static words => Masks.Text(words)) ?? "";

    /// <summary>The same order for everybody, and none that anybody chose.</summary>
    private static ulong Mixed(BotTurnRow turn) => (BitConverter.ToUInt64(turn.ConversationId.ToByteArray(), 8) ^ (ulong)turn.Seq) * 0x9E3779B97F4A7C15UL;
}
