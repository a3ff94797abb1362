using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>
/// Hears of sessions and tokens that ended on other nodes: at once by a word of theirs, or by one small question every two seconds.
/// On SQLite there are no other nodes.
/// </summary>
internal sealed partial class RevocationWatch(
    IStorageEngine storage, AgentSessions sessions, ApiTokens tokens, Ids ids, ILogger<RevocationWatch> log, SessionEnds? ends = null, IBus? bus = null) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>Nodes' clocks may differ by so much.</summary>
    private const long LookBack = 60_000;

    private readonly HashSet<string> _told = [];
    private readonly SemaphoreSlim _now = new(0);
    private int _tellingThread;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!storage.IsPostgres)
            return;
        bus?.On(BusTopics.Ends, (_, _) => _now.Release());
        if (ends is not null)
            ends.Heard += TellOthers;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _now.WaitAsync(Every, stoppingToken);
                await Look(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                CouldNotLook(trouble.GetType().Name);
            }
        }
    }

    /// <summary>What ended here; not what this watch itself has just found.</summary>
    private void TellOthers(SignedOut who)
    {
        if (Volatile.Read(ref _tellingThread) != Environment.CurrentManagedThreadId)
            bus?.Tell(BusTopics.Ends, default);
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
        {
            Volatile.Write(ref _tellingThread, Environment.CurrentManagedThreadId);
            Tell(ended, revoked);
            Volatile.Write(ref _tellingThread, 0);
        }
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

    public override void Dispose()
    {
        if (ends is not null)
            ends.Heard -= TellOthers;
        _now.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sessions that ended on other nodes could not be looked up ({Trouble}); it is tried again")]
    private partial void CouldNotLook(string trouble);
}
