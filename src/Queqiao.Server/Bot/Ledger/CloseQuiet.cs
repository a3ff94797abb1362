using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Bot.Ledger;

/// <summary>Resolves what the bot answered and where the customer has said nothing since. Counted as assumed, never as confirmed.</summary>
[NoPurposeGate("ends conversations and uses nothing that people said")]
internal sealed class CloseQuiet(BotBoard board, IBotConversations conversations, IChannelFacts channels, Codes.OneTimeCodes codes, TimeProvider clock) : IJobHandler
{
    public const string Name = "bot.close_quiet";
    private const int MostAtOnce = 500;

    /// <summary>Mails are read when people come to it.</summary>
    private static readonly TimeSpan ByMail = TimeSpan.FromDays(3);

    public JobKind Kind { get; } = new(Name) { Concurrency = 1, MostTries = 3 };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        foreach (var ws in board.All.Select(one => one.Ws).Distinct().ToList())
            await codes.Forget(ws, ct);
        // The shortest of a workspace's bots: a conversation does not know which of them answered.
        foreach (var (ws, minutes) in board.All.Where(one => one.Bot.Profile.CloseAfterMinutes > 0).GroupBy(one => one.Ws).Select(group => (group.Key, group.Min(one => one.Bot.Profile.CloseAfterMinutes))).ToList())
        {
            var (now, quiet) = (clock.GetUtcNow(), TimeSpan.FromMinutes(minutes));
            var slow = await Mailboxes(ws);
            await conversations.CloseQuiet(ws, new QuietSince((now - quiet).ToUnixTimeMilliseconds(), slow, (now - (quiet > ByMail ? quiet : ByMail)).ToUnixTimeMilliseconds()), MostAtOnce, ct);
        }
        return new JobOutcome.Done();
    }

    private async Task<List<Guid>> Mailboxes(int ws)
    {
        var mailboxes = new List<Guid>();
        foreach (var channel in board.ChannelsOf(ws))
        {
            if ((await channels.Of(ws, channel)).Kind == Turning.Rendering.Mail)
                mailboxes.Add(channel);
        }
        return mailboxes;
    }
}
