using Queqiao.Server.Bot.Storage;

namespace Queqiao.Server.Bot.Configuring;

/// <param name="Channels">Whom it receives.</param>
/// <param name="HasModelKey">Whether a key of the model's provider is kept; it is never shown.</param>
internal sealed record BotAnswer(Guid Id, string Name, bool Enabled, BotProfile Profile, bool HasModelKey, IReadOnlyList<BotChannelAnswer> Channels, DateTimeOffset ChangedAt)
{
    public static BotAnswer Of(BotRow bot, IEnumerable<BotChannelRow> channels) => new(
        bot.Id, bot.Name, bot.Enabled, BotProfile.Of(bot.Profile), bot.SealedModelKey is not null,
        [.. channels.Where(row => row.BotId == bot.Id).OrderBy(row => row.ChannelId).Select(BotChannelAnswer.Of)], DateTimeOffset.FromUnixTimeMilliseconds(bot.ChangedAt));
}

internal sealed record BotChannelAnswer(Guid ChannelId, bool Enabled, LocalText? Welcome, IReadOnlyList<string>? Menu)
{
    public static BotChannelAnswer Of(BotChannelRow row)
    {
        var words = ChannelWords.Of(row.Settings);
        return new(row.ChannelId, row.Enabled, words.Welcome, words.Menu);
    }
}

internal sealed record BotList(IReadOnlyList<BotAnswer> Items);
