using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Starting;

/// <summary><c>POST /api/v1/conversations</c>: an agent writes first. What is still going on with this person on this channel goes on.</summary>
internal static class StartConversation
{
    /// <param name="ContactId">Somebody who has written on this channel before: only then is it known how to reach them there.</param>
    /// <param name="ClientId">The same one again gives the first answer again.</param>
    /// <param name="Format"><c>markdown</c>: the text has marks (docs/formatted-text.md); else it is taken as it stands there.</param>
    internal sealed record Request(Guid ContactId, Guid ChannelId, string Text, string? ClientId = null, string? Format = null);

    public static async Task<IResult> Handle(Request request, Actor actor, IStorageEngine storage, ConversationSeals seals, ConversationLog log, Ids ids, CancellationToken ct)
    {
        var clientId = request.ClientId ?? "start-" + ids.New().ToString("N");
        if ((Sending.Check(clientId, request.Text) ?? Sending.CheckFormat(request.Format)) is { } refusal)
            return refusal.ToProblem();
        if (!actor.MayUseChannel(request.ChannelId) || await IdentityOf(storage, seals, actor, request, ct) is not { } identity)
            return Refusal.Conflict("contact_not_on_channel").ToProblem();
        var (plain, markdown) = Sending.Read(request.Text, request.Format);
        var outcome = await StartConversations.Append(log, actor, new CustomerKey(request.ChannelId, identity), new FirstWords(plain, clientId) { Markdown = markdown });
        return outcome is LogOutcome.Stored stored
            ? JsonAnswer.Object(stored, static (json, it) => SendAnswer.WriteMembers(json, it, forCustomer: false), StatusCodes.Status201Created)
            : ((LogOutcome.Refused)outcome).Refusal.ToProblem();
    }

    /// <summary>How the person is reached there; null when it is not known, or the actor does not see them.</summary>
    private static async Task<string?> IdentityOf(IStorageEngine storage, ConversationSeals seals, Actor actor, Request request, CancellationToken ct)
    {
        var ws = actor.Ws;
        await using var db = storage.Read(ws);
        if (!actor.Rights.SeesEverything && !await db.Visible(actor.Conversations()).AnyAsync(head => head.ContactId == request.ContactId, ct))
            return null;
        var last = await seals.Head(db.Visible(Scope<ConversationHead>.Workspace(ws))
            .Where(head => head.ContactId == request.ContactId && head.ChannelId == request.ChannelId)
            .OrderByDescending(head => head.CreatedAt), ct);
        return string.IsNullOrEmpty(last?.Identity) ? null : last.Identity; // empty: the person was erased
    }
}
