using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Bot.Ledger;

/// <summary>Resolves what the bot answered and where the customer has said nothing since. Counted as assumed, never as confirmed.</summary>
[NoPurposeGate("ends conversations and uses nothing that people said")]
internal sealed class CloseQuiet(BotBoard board, IBotConversations conversations, TimeProvider clock) : IJobHandler
{
    public const string Name = "bot.close_quiet";
    private const int MostAtOnce = 500;

    public JobKind Kind { get; } = new(Name) { Concurrency = 1, MostTries = 3 };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        // The shortest of a workspace's bots: a conversation does not know which of them answered.
        foreach (var (ws, minutes) in board.All.Where(one => one.Bot.Profile.CloseAfterMinutes > 0).GroupBy(one => one.Ws).Select(group => (group.Key, group.Min(one => one.Bot.Profile.CloseAfterMinutes))).ToList())
            await conversations.CloseQuiet(ws, clock.GetUtcNow().AddMinutes(-minutes).ToUnixTimeMilliseconds(), MostAtOnce, ct);
        return new JobOutcome.Done();
    }
}
