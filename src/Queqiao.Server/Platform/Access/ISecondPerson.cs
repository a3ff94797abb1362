using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Access;

/// <summary>
/// For permissions that a role marks as needing somebody else's consent (<see cref="RoleConditions.SecondPerson"/>). Asked after every other
/// check; what it answers is the endpoint's answer. Not registered: the mark means nothing.
/// </summary>
internal interface ISecondPerson
{
    /// <summary>Null when somebody else has agreed to just this request.</summary>
    ValueTask<Refusal?> Ask(HttpContext context, Actor actor, string permission);
}
