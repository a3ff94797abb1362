using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>PUT and DELETE /api/v1/conversations/{id}/messages/{seq}/reaction: the sign that our side puts to a message.</summary>
internal sealed class React(ConversationReader reader, IStorageEngine storage, ConversationSeals seals, IChannelFacts channels, ReplyBudgets budgets, ConversationLog log)
{
    /// <param name="Emoji">One of those that the conversation's channel offers (<c>channel.reacts</c>).</param>
    internal sealed record Request(string Emoji);

    public static Task<IResult> Put(Guid id, long seq, Request request, Actor actor, React react, CancellationToken ct) => react.To(actor, id, seq, request.Emoji, ct);

    public static Task<IResult> Delete(Guid id, long seq, Actor actor, React react, CancellationToken ct) => react.To(actor, id, seq, null, ct);

    private async Task<IResult> To(Actor actor, Guid id, long seq, string? emoji, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head || await reader.Entry(head, seq, ct) is not { } said)
            return Refusal.NotFound().ToProblem();
        var (offered, before) = ((await channels.Of(head.Ws, head.ChannelId)).Reactions ?? [], await Ours(head, seq, ct));
        // A sign is a message to the platform: it takes none when the window is closed.
        if (offered.Count > 0 && budgets.Of(head) is { CanSend: false, Reason: { } reason })
            return Refusal.Conflict(reason).ToProblem();
        return await ConversationChange.Apply(log, actor, id, now => now.React(said, emoji, before, offered));
    }

    private async Task<string?> Ours(ConversationHead head, long of, CancellationToken ct)
    {
        await using var db = storage.Read(head.Ws);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(head.Ws))
            .Where(entry => entry.ConversationId == head.Id && entry.Seq > of && entry.Type == EntryType.Reacted).OrderBy(entry => entry.Seq).ToListAsync(ct);
        return ReactionRules.Ours(await seals.Entries(rows, ct), of);
    }
}
