using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Teams;

/// <summary>Who is put into a team may see its conversations: so that is a right that is given, and nobody gives more than they have.</summary>
internal static class TeamReachRules
{
    /// <summary>Null when the actor may put somebody else into these teams, or hang teams below them.</summary>
    public static Refusal? Refuse(Actor actor, IEnumerable<Guid> teams) =>
        actor.Rights.SeesEverything || !actor.May(Permissions.ReadConversations) || teams.All(actor.Rights.Reach.Tree.Contains) ? null : Refusal.Forbidden("team_above_own");

    /// <summary>Null when they may join these teams themselves.</summary>
    public static Refusal? RefuseJoining(Actor actor, IEnumerable<Guid> teams) =>
        actor.Rights.SeesEverything || teams.All(actor.Rights.Reach.Tree.Contains) ? null : Refusal.Forbidden("team_above_own");
}
