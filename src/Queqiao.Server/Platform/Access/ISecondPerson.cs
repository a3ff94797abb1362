using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Access;

/// <summary>
/// For deeds that need somebody else's consent: endpoints that say so (<see cref="SecondPersonEndpoints.NeedsSecondPerson{TBuilder}"/>) where the
/// workspace has switched it on, and permissions that a role marks (<see cref="RoleConditions.SecondPerson"/>). Asked after every other
/// check; what it answers is the endpoint's answer. Not registered: the mark means nothing.
/// </summary>
internal interface ISecondPerson
{
    /// <summary>Null when no consent is needed, or somebody else has given it to just this request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="actor">Who wants to do it.</param>
    /// <param name="deed">What the endpoint says; null: a permission that a role marks.</param>
    /// <param name="marked">The permission, when a role marks it.</param>
    ValueTask<Refusal?> Ask(HttpContext context, Actor actor, SecondPersonNeeded? deed, string? marked);
}

/// <param name="Act">A name with a text in both languages: <c>contacts.erase</c>.</param>
/// <param name="Members">Only when the JSON body has one of these and it is not null; empty: always.</param>
internal sealed record SecondPersonNeeded(string Act, params string[] Members);

/// <summary>The server carries out what was approved, or its requester fetches it: a feature of the request. One for each try.</summary>
internal sealed class ApprovedRun(Guid approval)
{
    public Guid Approval => approval;

    /// <summary>That it is done is on disk, with the deed.</summary>
    public bool Spent { get; set; }
}

internal static class SecondPersonEndpoints
{
    /// <summary>
    /// Where a workspace asks for a second person for this act, the request waits for one: 403 <c>approval_needed</c>, and with a reason in
    /// <c>Request-Approval</c> 202 <c>approval_requested</c>. GET requests are fetched by their requester afterwards, all others are carried out by the server.
    /// </summary>
    public static TBuilder NeedsSecondPerson<TBuilder>(this TBuilder endpoint, string act, params string[] members) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new SecondPersonNeeded(act, members));
}
