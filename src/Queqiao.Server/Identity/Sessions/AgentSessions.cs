using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Who is signed in. A session is a row; here are those that were used in the last seconds.</summary>
internal sealed partial class AgentSessions(
    IStorageEngine storage, Ids ids, TimeProvider clock, IdentityOptions options, SessionEnds ends, ApiTokens tokens, IRights rights, SignInPolicies policies, ILogger<AgentSessions> log, CacheNews? news = null)
    : IActors, ISessions
{
    /// <summary>How long another node's sign-out may go unnoticed by requests here.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>Writing at each request would cost a commit for each.</summary>
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long a password or second factor counts for what needs a recent one (OWASP ASVS 7.5.3).</summary>
    private static readonly TimeSpan ProofLasts = TimeSpan.FromMinutes(5);

    private readonly FreshCache<string, Live> _live = new(clock, FreshFor, news, "sessions");

    public event Action<SignedOut>? SignedOut
    {
        add => ends.Heard += value;
        remove => ends.Heard -= value;
    }

    /// <summary>A session as this node knows it.</summary>
    private sealed class Live(Actor actor, byte[] hash, long expiresAt, long lastSeenAt, long provenAt, bool withSecondFactor)
    {
        public Actor Actor { get; private set; } = actor;

        public byte[] Hash => hash;

        public long ExpiresAt => expiresAt;

        public long ProvenAt => provenAt;

        public bool WithSecondFactor => withSecondFactor;

        /// <summary>With what they may do now. Most requests find what the one before found.</summary>
        public Actor With(Rights now)
        {
            var known = Actor;
            return known.Rights == now ? known : Actor = known with { Rights = now };
        }

        public long LastSeenAt = lastSeenAt;
    }

    public async ValueTask<Actor?> Of(HttpContext context)
    {
        var token = SessionCookie.TokenOf(context.Request);
        if (ApiTokens.IsOne(token))
            return await tokens.Of(token!, context);
        if (TokenText.Hash(token) is not { } hash || await Find(hash, context.RequestAborted) is not { } live)
            return null;
        if (!(await policies.Of(live.Actor.Ws, context.RequestAborted)).AllowsAddress(context.Connection.RemoteIpAddress))
        {
            context.Features.Set(new AddressRefused());
            return null;
        }
        if (await RightsOf(live, context.Connection.RemoteIpAddress, context.RequestAborted) is not { } now)
            return null;
        Seen(live);
        context.Features.Set(new SignedInBy(hash, IsToken: false, now.Stamp, context.Connection.RemoteIpAddress));
        return live.With(now);
    }

    public async ValueTask<bool> Stands(SignedInBy session, bool active, CancellationToken ct)
    {
        if (session.IsToken)
            return await tokens.Stands(session, ct);
        if (await Find(session.TokenHash, ct) is not { } live)
            return false;
        if (session.From is not null && !(await policies.Of(live.Actor.Ws, ct)).AllowsAddress(session.From))
            return false;
        if (session.Rights is { } stamp && (await RightsOf(live, session.From, ct))?.Stamp != stamp)
            return false;
        if (active)
            Seen(live);
        return true;
    }

    public async ValueTask<bool> ProvenRecently(SignedInBy session, CancellationToken ct, TimeSpan? within = null)
    {
        if (session.IsToken || await Find(session.TokenHash, ct) is not { } live)
            return false;
        if (IsRecent(live, within))
            return true;
        _live.ForgetHere(KeyOf(session.TokenHash)); // the proof may have been given on another node a second ago
        return await Find(session.TokenHash, ct) is { } fresh && IsRecent(fresh, within);
    }

    private bool IsRecent(Live live, TimeSpan? within) => ids.Now() - live.ProvenAt < (within ?? ProofLasts).TotalMilliseconds;

    /// <summary>Somebody whose session has just begun.</summary>
    public async Task<Actor> ActorOf(Entered who, bool withSecondFactor, HttpContext context, CancellationToken ct)
    {
        var agent = who.Agent;
        var actor = new Actor(agent.Ws, who.WorkspaceId, agent.Id, agent.Name, agent.Email, agent.Role, agent.Locale) { LimitedTo = who.LimitedTo, Rights = Rights.None };
        return actor with { Rights = await RightsOf(new Live(actor, [], 0, 0, 0, withSecondFactor), context.Connection.RemoteIpAddress, ct) ?? Rights.None };
    }

    /// <summary>What the agent may do from there at this moment; null when they no longer work here.</summary>
    private async ValueTask<Rights?> RightsOf(Live live, IPAddress? from, CancellationToken ct)
    {
        if (live.Actor.LimitedTo is not null)
            return Rights.None;
        var all = await rights.Of(live.Actor.Ws, live.Actor.AgentId, ct);
        return all?.For(Circumstances.Of(from, DateTimeOffset.FromUnixTimeMilliseconds(ids.Now()), all.TimeZone, live.WithSecondFactor));
    }

    /// <summary>Adds a session to the transaction of a sign-in.</summary>
    /// <param name="unit">The sign-in.</param>
    /// <param name="ws">Where.</param>
    /// <param name="agentId">Who.</param>
    /// <param name="context">From where.</param>
    /// <param name="withSecondFactor">Whether a second factor was proven too.</param>
    /// <param name="limitedTo">What has to be done first (<c>second_factor</c>); null: nothing.</param>
    /// <param name="method">How: <c>password</c>, <c>sso</c>, <c>passkey</c>, <c>link</c>.</param>
    /// <returns>The token for the browser; it is nowhere else.</returns>
    /// <param name="device">The browser, when it is known.</param>
    public string Begin(WriteUnit unit, int ws, Guid agentId, HttpContext context, bool withSecondFactor = false, string? limitedTo = null, string method = "password", Guid? device = null)
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
            ProvenAt = now,
            SecondFactorAt = withSecondFactor ? now : null,
            LimitedTo = limitedTo,
            Method = method,
            DeviceId = device,
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
        unit.AfterCommit(() => Gone(new SignedOut(ws, agentId, hash)));
    }

    /// <summary>Ends all sessions of an agent within a transaction, but the one to keep. No browser stands in for the second factor afterwards.</summary>
    /// <returns>How many ended.</returns>
    public async Task<int> EndAll(WriteUnit unit, int ws, Guid agentId, byte[]? keep, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var standing = await unit.Db.Table<Session>().AsNoTracking()
            .Where(session => session.Ws == ws && session.AgentId == agentId && session.RevokedAt == null && session.ExpiresAt > now)
            .Select(session => session.TokenHash).ToListAsync(ct);
        var ending = standing.Where(hash => keep is null || !hash.AsSpan().SequenceEqual(keep)).ToList();
        if (ending.Count > 0)
        {
            await unit.Db.Table<Session>()
                .Where(session => session.Ws == ws && session.AgentId == agentId && ending.Contains(session.TokenHash))
                .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), ct);
        }
        await Devices.KnownDevices.Distrust(unit, agentId, ct);
        unit.AfterCommit(() => ending.ForEach(hash => Gone(new SignedOut(ws, agentId, hash))));
        return ending.Count;
    }

    /// <summary>Name, role or limits of an agent changed: requests see it at once, sockets come in again with what is true now.</summary>
    public void Changed(int ws, Guid agentId)
    {
        _live.ForgetWhere(live => live.Actor.Ws == ws && live.Actor.AgentId == agentId);
        tokens.ForgetOf(ws, agentId);
        ends.Tell(new SignedOut(ws, agentId, null));
    }

    /// <summary>What a session is worth changed (proof, second factor).</summary>
    public void Changed(byte[] hash) => _live.Forget(KeyOf(hash));

    /// <summary>It ended, here or on another node.</summary>
    public void Gone(SignedOut who)
    {
        _live.Forget(KeyOf(who.TokenHash!));
        ends.Tell(who);
    }

    private async ValueTask<Live?> Find(byte[] hash, CancellationToken ct)
    {
        var live = await _live.Get(KeyOf(hash), (_, stop) => Load(hash, stop), ct);
        return live is not null && Stands(live.ExpiresAt, live.LastSeenAt, (await policies.Of(live.Actor.Ws, ct)).IdleWithin(options.SessionIdle)) ? live : null;
    }

    private async Task<Live?> Load(byte[] hash, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var found = await (
            from session in db.Table<Session>().AsNoTracking()
            join agent in db.Table<Agent>() on new { session.Ws, Id = session.AgentId } equals new { agent.Ws, agent.Id }
            join workspace in db.Table<Workspace>() on session.Ws equals workspace.Ws
            where session.TokenHash == hash && session.RevokedAt == null && agent.DisabledAt == null
            select new { Session = session, Agent = agent, WorkspaceId = workspace.Id }).SingleOrDefaultAsync(ct);
        if (found is null || !Stands(found.Session.ExpiresAt, found.Session.LastSeenAt, options.SessionIdle))
            return null;
        var (row, person) = (found.Session, found.Agent);
        var actor = new Actor(person.Ws, found.WorkspaceId, person.Id, person.Name, person.Email, person.Role, person.Locale) { LimitedTo = row.LimitedTo, Rights = Rights.None };
        return new Live(actor, hash, row.ExpiresAt, row.LastSeenAt, row.ProvenAt ?? row.CreatedAt, row.SecondFactorAt is not null);
    }

    private bool Stands(long expiresAt, long lastSeenAt, TimeSpan idle)
    {
        var now = ids.Now();
        return now < expiresAt && now - lastSeenAt < idle.TotalMilliseconds;
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

    internal static string? Shortened(string? userAgent)
    {
        const int most = 300;
        if (userAgent is not { Length: > most })
            return userAgent;
        return userAgent[..(char.IsHighSurrogate(userAgent[most - 1]) ? most - 1 : most)]; // half a character cannot be stored
    }
}
