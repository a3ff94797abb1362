using System.Collections.Concurrent;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations;

/// <summary>Which conversations somebody may see: agents their own, what nobody holds and where they were named, everybody else the whole workspace.</summary>
internal static class ConversationScopes
{
    private static readonly ConcurrentDictionary<(int Ws, Guid? Agent), Scope<ConversationHead>> Cache = new();

    public static Scope<ConversationHead> Conversations(this Actor actor) => actor.Role == "agent"
        ? Cache.GetOrAdd((actor.Ws, actor.AgentId), static key =>
        {
            var agent = key.Agent;
            var named = IdSet.Mark(agent!.Value);
            return Scope<ConversationHead>.Where(key.Ws, head => head.AssigneeId == null || head.AssigneeId == agent || (head.Mentioned != null && head.Mentioned.Contains(named)));
        })
        : Cache.GetOrAdd((actor.Ws, null), static key => Scope<ConversationHead>.Workspace(key.Ws));
}
