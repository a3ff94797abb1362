using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Revealing;

/// <summary><c>POST /api/v1/conversations/{id}/messages/{seq}/reveal</c>: a message without its stars, to whoever says why.</summary>
internal static class RevealMessage
{
    private const int MostReason = 300;
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);

    internal sealed record Request(string Reason);

    public static async Task<IResult> Handle(
        Guid id, long seq, Request request, Actor actor, ConversationReader reader, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (request.Reason.Trim().Length < 2)
            return Refusal.Invalid("reason", "required").ToProblem();
        if (request.Reason.Length > MostReason)
            return Refusal.Invalid("reason", "too_long", MostReason).ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head || await reader.Entry(head, seq, ct) is not { } entry)
            return Refusal.NotFound().ToProblem();
        if (actor.Rights.Fields.Messages < FieldLevel.Reveal)
            return Refusal.Forbidden("reveal_not_allowed").ToProblem();
        var refusal = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await DailyUse.Take(unit, actor, DailyUse.Reveals, actor.Rights.PerDay(Permissions.ReadConversations, limits => limits.RevealsPerDay), stop) is { } tooOften)
                return tooOften;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "message.revealed", "conversation", id.ToString(), new { seq, reason = request.Reason.Trim() }, stop);
            return null;
        }, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var shown = actor.Rights.Fields with { Messages = FieldLevel.Clear };
        return JsonAnswer.Object((entry: entry.For(shown), head: head.For(shown), until: clock.GetUtcNow() + Lasts), static (json, it) =>
        {
            json.WritePropertyName("item");
            ItemWriter.Write(json, it.entry, it.head, Audience.Agents);
            json.WriteString("until", WireTime.Format(it.until.ToUnixTimeMilliseconds()));
        });
    }
}
