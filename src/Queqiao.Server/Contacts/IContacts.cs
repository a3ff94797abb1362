using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>What other modules may ask about people.</summary>
internal interface IContacts
{
    /// <summary>These people wrote at these times (Unix milliseconds); an earlier time than the known one changes nothing.</summary>
    Task Seen(WriteUnit unit, int ws, IReadOnlyDictionary<Guid, long> people, CancellationToken ct);

    /// <summary>Adds a person who is known by name before they write to what the unit saves. Nobody else may have the identity yet.</summary>
    /// <param name="identity">What the channel calls them.</param>
    /// <param name="at">Since when, in Unix milliseconds.</param>
    void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at);

    /// <summary>Stores what a channel has learned about somebody who writes; makes the contact when there is none. Saves. The same again changes nothing.</summary>
    Task<Guid> Arrive(WriteUnit unit, Arrival arrival, CancellationToken ct);

    /// <summary>Who is behind these tags of a channel (<c>contact_identity</c>).</summary>
    Task<IReadOnlyDictionary<Guid, Guid>> Behind(WriteUnit unit, int ws, Guid channelId, IReadOnlyCollection<Guid> tags, CancellationToken ct);

    /// <summary>What somebody is called, and every contact that is the same person; null: they are not there, or were erased.</summary>
    Task<KnownAs?> PersonOf(int ws, Guid contact, CancellationToken ct);
}

/// <param name="Name">Of the contact that stands for the person; when it has none, the first one that a part of it has.</param>
internal sealed record KnownAs(string? Name, IReadOnlyList<Guid> Contacts);

/// <summary>The payload of a job that is written whenever somebody is called otherwise than before, also because contacts were merged. Conversations handle it.</summary>
internal sealed record ContactNamed(Guid ContactId)
{
    public const string Kind = "contacts.named";
}
