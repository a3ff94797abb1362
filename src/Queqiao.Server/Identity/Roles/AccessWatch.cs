using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>
/// Hears of roles, who has them and teams that changed on other nodes: one small question every two seconds. On SQLite there are no
/// other nodes.
/// </summary>
internal sealed partial class AccessWatch(IStorageEngine storage, RightsBoard board, Teams.TeamDirectory teams, TimeProvider clock, ILogger<AccessWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private Dictionary<int, long>? _known;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!storage.IsPostgres)
            return;
        using var timer = new PeriodicTimer(Every, clock);
        do // looks at once: what changes before the first beat counts, too
        {
            try
            {
                await Look(stoppingToken);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                CouldNotLook(trouble.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Tells what changed since the last look.</summary>
    public async Task Look(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var now = await db.Table<AccessState>().AsNoTracking().ToDictionaryAsync(state => state.Ws, state => state.Version, ct);
        var before = _known;
        _known = now;
        if (before is null)
            return;
        foreach (var (ws, _) in now.Where(state => before.GetValueOrDefault(state.Key) != state.Value))
        {
            teams.Forget(ws);
            board.Tell(ws);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether rights changed on other nodes could not be looked up ({Trouble}); it is tried again")]
    private partial void CouldNotLook(string trouble);
}
