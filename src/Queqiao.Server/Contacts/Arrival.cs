using System.Text.Json;

namespace Queqiao.Server.Contacts;

/// <summary>What a channel has learned about somebody who writes, told with their first message and whenever it changed.</summary>
internal sealed record Arrival(Guid ChannelId, string Identity)
{
    /// <summary>As the site signed it, or as the platform calls them.</summary>
    public string? Name { get; init; }

    /// <summary>The name is a platform's: good for who has none, and no reason to change what colleagues wrote.</summary>
    public bool OnlyIfNameless { get; init; }

    /// <summary>Who says so: <c>site</c> (signed), <c>channel</c> (the platform) or <c>link</c>.</summary>
    public string Source { get; init; } = "site";

    /// <summary>Signed by the site or told by the platform; nothing that a visitor typed.</summary>
    public IReadOnlyList<ClaimedIdentity> Identities { get; init; } = [];

    /// <summary>The contact who is meant by a new identity, as the channel knows by itself; null: somebody new.</summary>
    public Guid? Whose { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Attributes { get; init; }

    public NoticeAnswer? Notice { get; init; }
}

/// <param name="Verified">False: the site says itself that it has not checked.</param>
internal sealed record ClaimedIdentity(string Kind, string Value, bool Verified = true);
