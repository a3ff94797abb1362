using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels;

/// <summary>What other modules may ask about the ways in. Answers are a few seconds old at most, changes on this node show at once.</summary>
internal interface IChannels
{
    /// <summary>A channel of any workspace, disabled ones included; null when there is none.</summary>
    ValueTask<ChannelView?> Find(Guid id, CancellationToken ct);

    /// <summary>Adds a web channel and its audit row to a transaction.</summary>
    Task<Guid> OpenWeb(WriteUnit unit, AuditBy by, string name, WebSettings settings, CancellationToken ct);

    /// <summary>Adds a secret with which a site signs its users (HS256) to a web channel.</summary>
    Task AddUserKey(WriteUnit unit, AuditBy by, Guid channel, Secret secret, CancellationToken ct);

    /// <summary>Users of a web channel's app are told by the firm's own server, at this address.</summary>
    Task AddPush(WriteUnit unit, AuditBy by, Guid channel, string url, Secret secret, CancellationToken ct);

    /// <summary>Like <see cref="OpenWeb"/> for a platform of Queqiao.Channels; the settings must be right.</summary>
    Task<Guid> Open(WriteUnit unit, AuditBy by, string kind, string name, IReadOnlyDictionary<string, string> settings, CancellationToken ct);
}

/// <summary>A channel as other modules see one.</summary>
/// <param name="Web">The settings of a channel of the kind <c>web</c>.</param>
internal sealed record ChannelView(int Ws, Guid Id, string Kind, string Name, bool Enabled, WebSettings? Web)
{
    /// <summary>How a channel of any other kind is worked with; null when it was taken away, or its secrets do not open.</summary>
    public Kinds.ChannelAccount? Account { get; init; }
}
