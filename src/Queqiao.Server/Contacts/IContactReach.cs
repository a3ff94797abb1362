using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>What contacts have to do with conversations. Conversations answer it; contacts do not know them.</summary>
internal interface IContactReach
{
    /// <summary>Contacts of the conversations that the actor may see, by the one rule of conversations. Null: every contact.</summary>
    IQueryable<Guid>? SeenBy(QueqiaoDb db, Actor actor);

    /// <summary>Conversations of these contacts that the actor may see, newest first, before an instant.</summary>
    Task<IReadOnlyList<ContactConversation>> Of(Actor actor, IReadOnlyList<Guid> contacts, (long At, Guid Id)? before, int limit, CancellationToken ct);
}

/// <summary>A conversation in a person's history.</summary>
internal sealed record ContactConversation(
    Guid Id, Guid ContactId, Guid ChannelId, string Status, string? Assignee, string? Preview, long At, long LastActivityAt);
