using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Configuring;

/// <summary>A bot as it is on a channel.</summary>
/// <param name="IsOn">Whether bot and channel are switched on; the hours are another matter.</param>
internal sealed record BotOnChannel(Guid BotId, string Name, BotProfile Profile, ChannelWords Words, bool IsOn, bool HasModelKey)
{
    public BotProfile OnChannel => Profile with
    {
        Welcome = Words.Welcome ?? Profile.Welcome,
        Menu = Words.Menu ?? Profile.Menu,
    };
}

/// <summary>What is different on a channel; null: as everywhere.</summary>
internal sealed record ChannelWords(LocalText? Welcome = null, IReadOnlyList<string>? Menu = null)
{
    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    public static ChannelWords Of(string json) => JsonSerializer.Deserialize<ChannelWords>(json, TolerantJson.Options)!;
}

/// <summary>Every bot and whom it receives, in memory: the log asks inside its transactions. A change on another node shows at its word, or within half a minute.</summary>
internal sealed class BotBoard(IStorageEngine storage, TimeProvider clock, ILogger<BotBoard> log, CacheNews? news = null)
    : MemoryBoard("bots", "Bots could not be read again", log, news)
{
    private volatile IReadOnlyDictionary<(int Ws, Guid Channel), BotOnChannel> _known = new Dictionary<(int, Guid), BotOnChannel>();

    public bool Receives(int ws, Guid channelId) =>
        _known.TryGetValue((ws, channelId), out var bot) && bot.IsOn && bot.Profile.Hours.Receives(clock.GetUtcNow());

    public BotGreeting? Greeting(int ws, Guid channelId, string language) => !Receives(ws, channelId) || Of(ws, channelId) is not { } bot ? null
        : new BotGreeting(bot.Name, bot.OnChannel.Welcome.In(language) is { Length: > 0 } own ? own : Thinking.Words.Say(language, "bot_hello"), [.. bot.OnChannel.Menu.Take(6)], [.. GuessRules.In(bot.OnChannel.Menu, language).Take(6)]);

    /// <summary>The bot of a channel, switched off ones too; null: there is none.</summary>
    public BotOnChannel? Of(int ws, Guid channelId) => _known.GetValueOrDefault((ws, channelId));

    public IEnumerable<Guid> ChannelsOf(int ws) => _known.Keys.Where(one => one.Ws == ws).Select(one => one.Channel);

    public IEnumerable<(int Ws, BotOnChannel Bot)> All => _known.Select(one => (one.Key.Ws, one.Value));

    /// <summary>Reads everything anew, here at once and on other nodes soon. Call after the commit.</summary>
    public async Task Changed(CancellationToken ct)
    {
        await Load(ct);
        Tell();
    }

    protected override async Task Load(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var bots = await db.Table<BotRow>().AsNoTracking().ToListAsync(ct);
        var channels = await db.Table<BotChannelRow>().AsNoTracking().ToListAsync(ct);
        var byId = bots.ToDictionary(bot => (bot.Ws, bot.Id));
        _known = channels.ToDictionary(row => (row.Ws, row.ChannelId), row =>
        {
            var bot = byId[(row.Ws, row.BotId)];
            return new BotOnChannel(bot.Id, bot.Name, BotProfile.Of(bot.Profile), ChannelWords.Of(row.Settings), bot.Enabled && row.Enabled, bot.SealedModelKey is not null);
        });
    }
}
