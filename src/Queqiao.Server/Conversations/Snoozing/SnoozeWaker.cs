using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Snoozing;

/// <summary>
/// Wakes snoozed conversations when their time has come. The head says when, so nothing else has to be remembered; the rule looks
/// again in the log, so two nodes wake one conversation once.
/// </summary>
internal sealed class SnoozeWaker(IStorageEngine storage, ConversationLog log, TimeProvider clock, ILogger<SnoozeWaker> logger) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Wakes what is due; how many it were.</summary>
    public async Task<int> Turn(CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = storage.ReadSystem();
        var due = await db.Visible(Scope<ConversationHead>.Everything("wakes conversations of every workspace"))
            .Where(head => head.SnoozedUntil <= now)
            .OrderBy(head => head.SnoozedUntil).Take(MostAtOnce)
            .Select(head => new { head.Ws, head.Id })
            .ToListAsync(ct);
        await Task.WhenAll(due.Select(one => log.Append(reply => new LogCommand
        {
            Ws = one.Ws, ConversationId = one.Id, By = Sender.System, Decide = head => head.WakeUp(now), Reply = reply,
        })));
        return due.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await Turn(stoppingToken) == MostAtOnce)
                {
                    // more are due than one turn takes
                }
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                logger.Fault(LogLevel.Warning, trouble, "Snoozed conversations could not be woken");
            }
        }
    }
}
