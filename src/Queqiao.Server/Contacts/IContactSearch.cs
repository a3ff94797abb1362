using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Contacts;

/// <summary>Finding people, for the search over everything.</summary>
internal interface IContactSearch
{
    /// <summary>Whom the actor may see and the text can mean, last seen first. Null: the cursor cannot be meant.</summary>
    Task<FoundPeople?> Find(Actor actor, string text, string? cursor, int limit, CancellationToken ct);

    /// <summary>Somebody's words are still to be made (after an upgrade): they may be missing.</summary>
    Task<bool> IsBehind(int ws, CancellationToken ct);
}

internal sealed record FoundPeople(IReadOnlyList<FoundPerson> Items, string? NextCursor);

/// <param name="Matched">Identifiers that have what was looked for; none: it was the name.</param>
internal sealed record FoundPerson(
    Guid Id, string? Name, bool Verified, string? Email, string? Phone, IReadOnlyList<string> Tags, bool Blocked, DateTimeOffset LastSeenAt, IReadOnlyList<ClaimedIdentity> Matched);
