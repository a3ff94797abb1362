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
}
