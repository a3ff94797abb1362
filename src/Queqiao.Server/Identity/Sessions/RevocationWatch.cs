using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>
/// Hears of sessions and tokens that ended on other nodes: one small question every two seconds, however many sockets there are.
/// On SQLite there are no other nodes.
/// </summary>
internal sealed partial class RevocationWatch(
    IStorageEngine storage, AgentSessions sessions, ApiTokens tokens, Ids ids, TimeProvider clock, ILogger<RevocationWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>Nodes' clocks may differ by so much.</summary>
    private const long LookBack = 60_000;

    private readonly HashSet<string> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!storage.IsPostgres)
            return;
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
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
    }

    private sealed record Ended(int Ws, Guid AgentId, byte[] TokenHash);

    /// <summary>Tells what ended lately, each once.</summary>
    public async Task Look(CancellationToken ct)
    {
        var since = ids.Now() - LookBack;
        await using var db = storage.ReadSystem();
        var ended = await db.Table<Session>().AsNoTracking().Where(session => session.RevokedAt != null && session.RevokedAt >= since)
            .Select(session => new Ended(session.Ws, session.AgentId, session.TokenHash)).ToListAsync(ct);
        var revoked = await db.Table<ApiToken>().AsNoTracking().Where(token => token.RevokedAt != null && token.RevokedAt >= since)
            .Select(token => new Ended(token.Ws, token.AgentId, token.TokenHash)).ToListAsync(ct);
        lock (_told)
            Tell(ended, revoked);
    }

    private void Tell(List<Ended> ended, List<Ended> revoked)
    {
        var seen = ended.Concat(revoked).Select(one => Convert.ToHexString(one.TokenHash)).ToHashSet();
        _told.IntersectWith(seen); // what is older than the look-back is forgotten
        foreach (var one in ended.Where(one => _told.Add(Convert.ToHexString(one.TokenHash))))
            sessions.Gone(new SignedOut(one.Ws, one.AgentId, one.TokenHash));
        foreach (var one in revoked.Where(one => _told.Add(Convert.ToHexString(one.TokenHash))))
            tokens.Gone(new SignedOut(one.Ws, one.AgentId, one.TokenHash));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sessions that ended on other nodes could not be looked up ({Trouble}); it is tried again")]
    private partial void CouldNotLook(string trouble);
}
