using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// On which conversations somebody outside hears that an agent has read. Agents read all day and most channels tell nobody: those must
/// not cost a query each.
/// </summary>
internal sealed class ReadMarkListeners(KindRegistry kinds, ChannelDirectory channels, IStorageEngine storage, TimeProvider clock, CacheNews? news = null)
{
    private const int MostKnown = 20_000;

    private readonly FreshCache<int, Kinds> _workspaces = new(clock, TimeSpan.FromSeconds(30), news, "read marks");
    private readonly ConcurrentDictionary<Guid, Guid> _channels = new();

    private sealed record Kinds(bool Any);

    /// <summary>False: certainly nobody hears it.</summary>
    public bool May(int ws, Guid conversation) =>
        _workspaces.GetNow(ws, Load)!.Any && (!_channels.TryGetValue(conversation, out var channel) || channels.FindNow(channel) is not { } known || Hears(known.Kind));

    /// <summary>A conversation never changes its channel.</summary>
    public void Know(Guid conversation, Guid channel)
    {
        if (_channels.Count >= MostKnown)
            _channels.Clear();
        _channels[conversation] = channel;
    }

    private bool Hears(string kind) => kinds.Find(kind) is { Adapter: ISignalChannel } known && known.Descriptor.Can(Abilities.ReadMarks);

    private Kinds Load(int ws)
    {
        using var db = storage.Read(ws);
        return new Kinds(db.Table<Channel>().AsNoTracking().Where(channel => channel.Ws == ws && channel.Enabled && channel.DeletedAt == null).Select(channel => channel.Kind).Distinct().ToList().Exists(Hears));
    }
}
