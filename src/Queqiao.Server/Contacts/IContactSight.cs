using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Contacts;

/// <summary>For modules that know more about people: may somebody see this one, and what is the person known by.</summary>
internal interface IContactSight
{
    /// <summary>The contact that stands for the person; null when it is not there, was erased, or the actor may not see it.</summary>
    Task<Guid?> Seen(Actor actor, Guid contact, CancellationToken ct);

    /// <summary>All contacts that are the same person, itself too; none when they are not there.</summary>
    Task<IReadOnlyList<Guid>> Tree(int ws, Guid contact, CancellationToken ct);

    /// <summary>Everything that identifies the whole person, in clear; null when they are not there or were erased.</summary>
    Task<PersonIdentities?> Person(int ws, Guid contact, CancellationToken ct);
}

/// <param name="Contact">Stands for the person.</param>
internal sealed record PersonIdentities(Guid Contact, IReadOnlyList<PersonIdentity> Identities);

/// <param name="Kind">One of <see cref="IdentityKinds"/>, the firm's own word, or <c>channel</c>: what a channel calls them.</param>
/// <param name="Verified">Signed by a site, or known to the channel itself.</param>
/// <param name="ChannelId">Where it holds.</param>
internal sealed record PersonIdentity(string Kind, string Value, bool Verified, Guid? ChannelId)
{
    /// <summary>Who says so: <c>site</c>, <c>channel</c>, <c>link</c> (a code proved it) …; null: the channel itself.</summary>
    public string? Source { get; init; }
}
