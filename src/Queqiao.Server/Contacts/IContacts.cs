using Queqiao.Server.Platform.Problems;
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

    /// <summary>A code that the person can bring to another channel to be known there. Saves.</summary>
    Task<(string Code, long ExpiresAt)> MakeLink(WriteUnit unit, Guid contact, CancellationToken ct);

    /// <summary>Somebody brings a code. Null: they are joined with whom it was given to.</summary>
    Task<Refusal?> UseLink(WriteUnit unit, Guid contact, string code, CancellationToken ct);

    /// <summary>The same, later: for whoever hears of a code in a unit of no workspace.</summary>
    Task BringLink(WriteUnit unit, int ws, Guid contact, string code, CancellationToken ct);

    /// <summary>Those of some contacts that are one person with others.</summary>
    Task<IReadOnlyList<Guid>> Joined(WriteUnit unit, int ws, IReadOnlyCollection<Guid> some, CancellationToken ct);

    /// <summary>Who is behind these tags of a channel (<c>contact_identity</c>).</summary>
    Task<IReadOnlyDictionary<Guid, Guid>> Behind(WriteUnit unit, int ws, Guid channelId, IReadOnlyCollection<Guid> tags, CancellationToken ct);

    /// <summary>What a channel calls somebody; null when they are not known there, or were erased.</summary>
    Task<string?> IdentityOn(int ws, Guid contact, Guid channelId, CancellationToken ct);

    /// <summary>What the firm calls somebody, as its site has signed; null: it never has, or they were erased.</summary>
    Task<string?> UserOf(int ws, Guid contact, CancellationToken ct);

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

/// <summary>The payload of a job that is written whenever contacts became one person. Conversations handle it.</summary>
internal sealed record ContactJoined(Guid ContactId)
{
    public const string Kind = "contacts.joined";
}
