using System.Text.Json;

namespace Queqiao.Server.Contacts;

/// <summary>What a channel has learned about somebody who writes, told with their first message and whenever it changed.</summary>
internal sealed record Arrival(Guid ChannelId, string Identity)
{
    /// <summary>As the site signed it.</summary>
    public string? Name { get; init; }

    /// <summary>Signed by the site; nothing that a visitor typed.</summary>
    public IReadOnlyList<ClaimedIdentity> Identities { get; init; } = [];

    public IReadOnlyDictionary<string, JsonElement>? Attributes { get; init; }

    public NoticeAnswer? Notice { get; init; }
}

internal sealed record ClaimedIdentity(string Kind, string Value);
