using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations;

/// <summary>
/// Which conversations somebody may see, and which they may change: what the scopes of their roles say, made into one expression for SQL
/// and memory. Made once for somebody's rights, and anew when those change.
/// </summary>
internal static class ConversationScopes
{
    private static readonly ConditionalWeakTable<Rights, ConcurrentDictionary<(int Ws, Guid Agent, string Permission), Scope<ConversationHead>>> Made = [];

    /// <summary>What is seen. With a permission that changes conversations: where it may be used, among what is seen.</summary>
    public static Scope<ConversationHead> Conversations(this Actor actor, string permission = Permissions.ReadConversations) =>
        Made.GetOrAdd(actor.Rights, static _ => new()).GetOrAdd((actor.Ws, actor.AgentId, permission), static (key, rights) => Make(key.Ws, key.Agent, key.Permission, rights), actor.Rights);

    private static Scope<ConversationHead> Make(int ws, Guid agent, string permission, Rights rights)
    {
        var rules = rights.ScopesOf(permission).ToList();
        if (rules.Any(rule => rule.IsEverything))
            return Scope<ConversationHead>.Workspace(ws);
        var either = rules.Select(rule => Of(rule, agent, rights.Reach)).OfType<Expression<Func<ConversationHead, bool>>>().ToList();
        return either.Count == 0
            ? Scope<ConversationHead>.Where(ws, head => false)
            : Scope<ConversationHead>.Where(ws, either.Aggregate(ConditionRules.Either));
    }

    /// <summary>Null: nothing.</summary>
    private static Expression<Func<ConversationHead, bool>>? Of(ScopeRule rule, Guid agent, TeamReach reach)
    {
        var whose = rule.Who.Select(kind => OfKind(kind, agent, reach)).OfType<Expression<Func<ConversationHead, bool>>>().ToList();
        if (whose.Count == 0)
            return null;
        var all = rule.Who.Contains(ScopeRule.All) ? null : whose.Aggregate(ConditionRules.Either);
        if (rule.Channels is { } listed)
        {
            var channels = listed.ToHashSet();
            all = And(all, head => channels.Contains(head.ChannelId));
        }
        if (rule.Tags is { } tags)
            all = And(all, tags.Select(OfTag).Aggregate(ConditionRules.Either));
        return all ?? (head => true);
    }

    private static Expression<Func<ConversationHead, bool>> And(Expression<Func<ConversationHead, bool>>? one, Expression<Func<ConversationHead, bool>> other) =>
        one is null ? other : ConditionRules.Both(one, other);

    private static Expression<Func<ConversationHead, bool>> OfTag(Guid tag)
    {
        var mark = IdSet.Mark(tag);
        return head => head.Tags != null && head.Tags.Contains(mark);
    }

    private static Expression<Func<ConversationHead, bool>>? OfKind(string kind, Guid agent, TeamReach reach)
    {
        var me = (Guid?)agent;
        var named = IdSet.Mark(agent);
        return kind switch
        {
            ScopeRule.All => head => true,
            ScopeRule.Assigned => head => head.AssigneeId == me,
            ScopeRule.Own => head => head.AssigneeId == me || (head.Mentioned != null && head.Mentioned.Contains(named)),
            ScopeRule.Unassigned => head => head.AssigneeId == null,
            ScopeRule.Team => OfTeams(reach.Teams, reach.TeamPeople, reach.Above),
            ScopeRule.Tree => OfTeams(reach.Tree, reach.TreePeople, reach.Above),
            _ => null, // a kind that a newer version knows opens nothing here
        };
    }

    /// <summary>Meant for one of the teams, held by one of its people, or waiting for a team above, whose work is theirs to take.</summary>
    private static Expression<Func<ConversationHead, bool>>? OfTeams(IReadOnlySet<Guid> reachTeams, IReadOnlySet<Guid> reachPeople, IReadOnlySet<Guid> reachAbove)
    {
        if (reachTeams.Count == 0)
            return null;
        var teams = reachTeams.Select(id => (Guid?)id).ToHashSet();
        var people = reachPeople.Select(id => (Guid?)id).ToHashSet();
        var above = reachAbove.Select(id => (Guid?)id).ToHashSet();
        return head => teams.Contains(head.TeamId) || people.Contains(head.AssigneeId) || (head.AssigneeId == null && above.Contains(head.TeamId));
    }

    /// <summary>Whether a role lets somebody work on a channel at all.</summary>
    public static bool MayUseChannel(this Actor actor, Guid channel) =>
        actor.Rights.ScopesOf(Permissions.Reply).Any(scope => scope.Channels is null || scope.Channels.Contains(channel));

    /// <summary>Whether a colleague can be given work by the actor, as far as the actor knows people.</summary>
    public static bool Knows(this Actor actor, Guid agent) => actor.Rights.KnowsEverybody || agent == actor.AgentId || actor.Rights.Reach.TreePeople.Contains(agent);

    public static bool KnowsTeam(this Actor actor, Guid team) => actor.Rights.KnowsEverybody || actor.Rights.Reach.Tree.Contains(team);
}
