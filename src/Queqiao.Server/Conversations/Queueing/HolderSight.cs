using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Queueing;

/// <summary>Work is given only to people who can see it once it is theirs: roles may be bound to channels or tags.</summary>
internal sealed class HolderSight(IRights rights, IStorageEngine storage)
{
    /// <summary>Those of these conversations that somebody could hold; null: all of them.</summary>
    public async Task<IReadOnlySet<Guid>?> Of(int ws, Guid agentId, IReadOnlyCollection<Guid> conversations, CancellationToken ct)
    {
        if (await rights.Of(ws, agentId, ct) is not { Whole: var whole })
            return new HashSet<Guid>();
        if (whole.ScopesOf(Permissions.ReadConversations).Any(SeesOwn))
            return null; // nearly everybody
        var somebody = new Actor(ws, default, agentId, "", "", "", "") { Rights = whole };
        var scope = somebody.Conversations();
        await using var db = storage.Read(ws);
        var heads = await db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => conversations.Contains(head.Id)).ToListAsync(ct);
        return heads.Where(head => scope.Allows(head with { AssigneeId = agentId })).Select(head => head.Id).ToHashSet();
    }

    public async Task<bool> Sees(int ws, Guid agentId, Guid conversation, CancellationToken ct) => await Of(ws, agentId, [conversation], ct) is not { } some || some.Contains(conversation);

    private static bool SeesOwn(ScopeRule scope) => scope.Channels is null && scope.Tags is null && scope.Who.Any(kind => kind is ScopeRule.All or ScopeRule.Own or ScopeRule.Assigned);
}
