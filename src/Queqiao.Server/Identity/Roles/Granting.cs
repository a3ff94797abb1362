using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Roles;

/// <summary>Nobody gives more than they have, and nobody changes what somebody above them has.</summary>
internal static class Granting
{
    /// <summary>Null when the actor may give these roles to somebody else.</summary>
    public static Refusal? Refuse(Actor actor, IEnumerable<RoleHeld> wanted) =>
        wanted.All(role => MayGive(actor, role)) ? null : Refusal.Forbidden("role_above_own");

    /// <summary>Whether somebody with these roles is not above the actor.</summary>
    public static bool Reaches(Actor actor, IEnumerable<RoleHeld> roles) => roles.All(role => MayGive(actor, role));

    public static bool MayGive(Actor actor, RoleHeld role)
    {
        var policy = actor.Rights.Separated ? Duties.WithoutOfficers(role).Policy : role.Policy;
        if (role.Id == BuiltInRoles.Owner && !actor.May(Permissions.Own))
            return false;
        return policy.Permissions.All(actor.May) && actor.Rights.Covers(policy)
            || (actor.Rights.Separated && actor.May(Permissions.GrantAny)); // the security officer: gives what they cannot use, and never to themselves
    }

    /// <summary>Null when nobody would have two officers' duties. Asked only while they are kept apart.</summary>
    public static Refusal? RefuseDuties(bool separated, IEnumerable<RoleHeld> together)
    {
        if (!separated)
            return null;
        var duties = Duties.Among(together.Select(Duties.WithoutOfficers).SelectMany(role => role.Policy.Permissions));
        return duties.Count > 1 ? Refusal.Conflict("duties_apart", string.Join(", ", duties.Order(StringComparer.Ordinal))) : null;
    }
}
