using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>Public keys with which some providers sign: kept for a day, fetched anew when a signature names one that is not known, but not all the time.</summary>
internal sealed class ProviderKeySets(KindRegistry kinds, AdapterServices services, TimeProvider clock)
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(5);

    private readonly FreshCache<Guid, string> _known = new(clock, TimeSpan.FromHours(24));
    private readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, DateTimeOffset> _asked = new();

    public async ValueTask<string?> Of(ChannelAccount account, bool refresh, CancellationToken ct)
    {
        if (refresh && Asked(account.ChannelId))
            _known.ForgetHere(account.ChannelId);
        return await _known.Get(account.ChannelId, async (_, stop) => kinds.Find(account.Kind)?.Adapter is IKeyedChannel keyed ? await keyed.FetchKeys(services.For(account), stop) : null, ct);
    }

    private bool Asked(Guid channel)
    {
        var now = clock.GetUtcNow();
        if (_asked.TryGetValue(channel, out var last) && now - last < Between)
            return false;
        _asked[channel] = now;
        return true;
    }
}
