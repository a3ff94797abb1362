using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Who is signed in. A session is a row; here are those that were used in the last seconds.</summary>
internal sealed partial class AgentSessions(IStorageEngine storage, Ids ids, TimeProvider clock, IdentityOptions options, ILogger<AgentSessions> log)
    : IActors, ISessions
{
    /// <summary>How long another node's sign-out may go unnoticed here.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>Writing at each request would cost a commit for each.</summary>
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    private readonly FreshCache<string, Live> _live = new(clock, FreshFor);

    public event Action<SignedOut>? SignedOut;

    /// <summary>A session as this node knows it.</summary>
    private sealed class Live(Actor actor, byte[] hash, long expiresAt, long lastSeenAt)
    {
        public Actor Actor => actor;

        public byte[] Hash => hash;

        public long ExpiresAt => expiresAt;

        public long LastSeenAt = lastSeenAt;
    }

    public async ValueTask<Actor?> Of(HttpContext context)
    {
        if (TokenText.Hash(SessionCookie.TokenOf(context.Request)) is not { } hash)
            return null;
        if (await Find(hash, context.RequestAborted) is not { } live)
            return null;
        Seen(live);
        context.Features.Set(new SignedInBy(hash));
        return live.Actor;
    }

    public async ValueTask<bool> Stands(SignedInBy session, bool active, CancellationToken ct)
    {
        if (await Find(session.TokenHash, ct) is not { } live)
            return false;
        if (active)
            Seen(live);
        return true;
    }

    /// <summary>Adds a session to the transaction of a sign-in.</summary>
    /// <returns>The token for the browser; it is nowhere else.</returns>
    public string Begin(WriteUnit unit, int ws, Guid agentId, HttpContext context)
    {
        var token = TokenText.New().Reveal();
        var now = unit.Ids.Now();
        unit.Db.Table<Session>().Add(new Session
        {
            Ws = ws,
            TokenHash = TokenText.Hash(token)!,
            AgentId = agentId,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + (long)options.SessionLength.TotalMilliseconds,
            Address = AuditBy.AddressOf(context),
            UserAgent = Shortened(context.Request.Headers.UserAgent),
        });
        return token;
    }

    /// <summary>Ends a session within a transaction; requests and sockets hear of it after the commit.</summary>
    public async Task End(WriteUnit unit, int ws, Guid agentId, byte[] hash, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        await unit.Db.Table<Session>()
            .Where(session => session.Ws == ws && session.TokenHash == hash && session.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), ct);
        unit.AfterCommit(() =>
        {
            _live.Forget(KeyOf(hash));
            SignedOut?.Invoke(new SignedOut(ws, agentId, hash));
        });
    }

    private async ValueTask<Live?> Find(byte[] hash, CancellationToken ct)
    {
        var live = await _live.Get(KeyOf(hash), (_, stop) => Load(hash, stop), ct);
        return live is not null && Stands(live.ExpiresAt, live.LastSeenAt) ? live : null;
    }

    private async Task<Live?> Load(byte[] hash, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var found = await (
            from session in db.Table<Session>().AsNoTracking()
            join agent in db.Table<Agent>() on new { session.Ws, Id = session.AgentId } equals new { agent.Ws, agent.Id }
            join workspace in db.Table<Workspace>() on session.Ws equals workspace.Ws
            where session.TokenHash == hash && session.RevokedAt == null && agent.DisabledAt == null
            select new { session.ExpiresAt, session.LastSeenAt, Agent = agent, WorkspaceId = workspace.Id }).SingleOrDefaultAsync(ct);
        if (found is null || !Stands(found.ExpiresAt, found.LastSeenAt))
            return null;
        var (person, expiresAt) = (found.Agent, found.ExpiresAt);
        return new Live(
            new Actor(person.Ws, found.WorkspaceId, person.Id, person.Name, person.Email, person.Role, person.Locale), hash, expiresAt, found.LastSeenAt);
    }

    private bool Stands(long expiresAt, long lastSeenAt)
    {
        var now = ids.Now();
        return now < expiresAt && now - lastSeenAt < options.SessionIdle.TotalMilliseconds;
    }

    /// <summary>Notes the use of a session, at most once a minute. Nobody waits for it: a store that is away must not sign people out.</summary>
    private void Seen(Live live)
    {
        var now = ids.Now();
        var before = Interlocked.Read(ref live.LastSeenAt);
        if (now - before >= SeenEvery.TotalMilliseconds && Interlocked.CompareExchange(ref live.LastSeenAt, now, before) == before)
            _ = Write(live, now);
    }

    private async Task Write(Live live, long now)
    {
        var (ws, hash) = (live.Actor.Ws, live.Hash);
        try
        {
            await storage.Run(ws, (unit, ct) => unit.Db.Table<Session>()
                .Where(session => session.Ws == ws && session.TokenHash == hash && session.LastSeenAt < now)
                .ExecuteUpdateAsync(set => set.SetProperty(session => session.LastSeenAt, now), ct), CancellationToken.None);
        }
        catch (Exception trouble)
        {
            CouldNotNoteUse(trouble.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The use of a session could not be noted ({Trouble}); it is tried again after the session is read anew")]
    private partial void CouldNotNoteUse(string trouble);

    private static string KeyOf(byte[] hash) => Convert.ToHexString(hash);

    private static string? Shortened(string? userAgent)
    {
        const int most = 300;
        if (userAgent is not { Length: > most })
            return userAgent;
        return userAgent[..(char.IsHighSurrogate(userAgent[most - 1]) ? most - 1 : most)]; // half a character cannot be stored
    }
}
