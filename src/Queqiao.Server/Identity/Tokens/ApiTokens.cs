using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Tokens;

/// <summary>Programs that act for an agent, by <c>Authorization: Bearer qq_…</c>, on REST and on the gateway.</summary>
internal sealed partial class ApiTokens(IStorageEngine storage, Ids ids, TimeProvider clock, SessionEnds ends, IRights rights, ILogger<ApiTokens> log, CacheNews? news = null)
{
    /// <summary>How each begins: secret scanners and people know what they have found.</summary>
    public const string Prefix = "qq_";

    private const int HintLength = 8;
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UsedEvery = TimeSpan.FromMinutes(1);

    private readonly FreshCache<string, Live> _live = new(clock, FreshFor, news, "tokens");

    /// <summary>Where from each token came today: the first time is written into the audit trail.</summary>
    private readonly FreshCache<(Guid Token, string Address, long Day), object> _uses = new(clock, TimeSpan.FromDays(1));

    private sealed class Live(Actor actor, HashSet<string> given, byte[] hash, long? expiresAt, IReadOnlyList<IPNetwork>? networks, long lastUsedAt)
    {
        public Actor Actor { get; private set; } = actor;

        /// <summary>With what its agent may do now, and never more than it was given of that.</summary>
        public Actor With(Rights now)
        {
            var known = Actor;
            return known.Rights == now ? known : Actor = known with { Rights = now, Permissions = now.Permissions.Intersect(given).ToHashSet() };
        }

        public byte[] Hash => hash;

        public long? ExpiresAt => expiresAt;

        public IReadOnlyList<IPNetwork>? Networks => networks;

        public long LastUsedAt = lastUsedAt;
    }

    public static bool IsOne(string? text) => text is not null && text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>A new token, what to store of it, and what to recognise it by.</summary>
    public static (string Text, byte[] Hash, string Hint) New()
    {
        var secret = TokenText.New().Reveal();
        var text = Prefix + secret;
        return (text, TokenText.Hash(secret)!, text[..HintLength] + "…");
    }

    /// <summary>Who the token acts for; null when it is none, is over, or may not come from there.</summary>
    public async ValueTask<Actor?> Of(string text, HttpContext context)
    {
        if (TokenText.Hash(text[Prefix.Length..]) is not { } hash || await Find(hash, context.RequestAborted) is not { } live)
            return null;
        if (live.Networks is not null && !Allows(live.Networks, context.Connection.RemoteIpAddress))
            return null;
        if (await RightsOf(live, context.Connection.RemoteIpAddress, context.RequestAborted) is not { } now)
            return null;
        var actor = live.With(now);
        await _uses.Get((actor.TokenId!.Value, AuditBy.AddressOf(context) ?? "", ids.Now() / (long)TimeSpan.FromDays(1).TotalMilliseconds), async (use, stop) =>
        {
            await Audit.Reading(storage, actor, context, "token.used", "token", use.Token.ToString(), null, stop);
            return new object();
        }, context.RequestAborted);
        Used(live);
        context.Features.Set(new SignedInBy(hash, IsToken: true, now.Stamp, context.Connection.RemoteIpAddress));
        return actor;
    }

    public async ValueTask<bool> Stands(SignedInBy token, CancellationToken ct) =>
        await Find(token.TokenHash, ct) is { } live && (token.Rights is null || (await RightsOf(live, token.From, ct))?.Stamp == token.Rights);

    /// <summary>A program proves no second factor: roles that ask for one do not count.</summary>
    private async ValueTask<Rights?> RightsOf(Live live, IPAddress? from, CancellationToken ct)
    {
        var all = await rights.Of(live.Actor.Ws, live.Actor.AgentId, ct);
        return all?.For(Circumstances.Of(from, DateTimeOffset.FromUnixTimeMilliseconds(ids.Now()), all.TimeZone, secondFactor: false));
    }

    public void ForgetOf(int ws, Guid agentId) => _live.ForgetWhere(live => live.Actor.Ws == ws && live.Actor.AgentId == agentId);

    /// <summary>It was revoked, here or on another node: requests and sockets hear of it.</summary>
    public void Gone(SignedOut token)
    {
        _live.Forget(Convert.ToHexString(token.TokenHash!));
        ends.Tell(token);
    }

    /// <summary>Revokes tokens within a transaction.</summary>
    /// <returns>How many were standing.</returns>
    public async Task<int> Revoke(WriteUnit unit, Guid agentId, Guid? one, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var standing = await unit.Db.Table<ApiToken>().AsNoTracking()
            .Where(token => token.Ws == unit.Ws && token.AgentId == agentId && (one == null || token.Id == one) && token.RevokedAt == null)
            .Select(token => token.TokenHash).ToListAsync(ct);
        await unit.Db.Table<ApiToken>()
            .Where(token => token.Ws == unit.Ws && token.AgentId == agentId && (one == null || token.Id == one) && token.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, now), ct);
        unit.AfterCommit(() => standing.ForEach(hash => Gone(new SignedOut(unit.Ws, agentId, hash))));
        return standing.Count;
    }

    private async ValueTask<Live?> Find(byte[] hash, CancellationToken ct)
    {
        var live = await _live.Get(Convert.ToHexString(hash), (_, stop) => Load(hash, stop), ct);
        return live is not null && (live.ExpiresAt is null || ids.Now() < live.ExpiresAt) ? live : null;
    }

    private async Task<Live?> Load(byte[] hash, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var found = await (
            from token in db.Table<ApiToken>().AsNoTracking()
            join agent in db.Table<Agent>() on new { token.Ws, Id = token.AgentId } equals new { agent.Ws, agent.Id }
            join workspace in db.Table<Workspace>() on token.Ws equals workspace.Ws
            where token.TokenHash == hash && token.RevokedAt == null && agent.DisabledAt == null
            select new { Token = token, Agent = agent, WorkspaceId = workspace.Id }).SingleOrDefaultAsync(ct);
        if (found is null)
            return null;
        var (row, person) = (found.Token, found.Agent);
        var given = JsonSerializer.Deserialize<string[]>(row.Permissions, StrictJson.Options)!;
        var actor = new Actor(person.Ws, found.WorkspaceId, person.Id, person.Name, person.Email, person.Role, person.Locale)
        {
            TokenId = row.Id,
            Rights = Rights.None,
            Permissions = new HashSet<string>(),
        };
        return new Live(actor, [.. given], hash, row.ExpiresAt, Networks(row.Addresses), row.LastUsedAt ?? 0);
    }

    private static IReadOnlyList<IPNetwork>? Networks(string? json) =>
        json is null ? null : [.. JsonSerializer.Deserialize<string[]>(json, StrictJson.Options)!.Select(text => TokenRules.Network(text)!.Value)];

    private static bool Allows(IReadOnlyList<IPNetwork> networks, IPAddress? from)
    {
        if (from is null)
            return false;
        var address = from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from;
        return networks.Any(network => network.Contains(address));
    }

    private void Used(Live live)
    {
        var now = ids.Now();
        var before = Interlocked.Read(ref live.LastUsedAt);
        if (now - before >= UsedEvery.TotalMilliseconds && Interlocked.CompareExchange(ref live.LastUsedAt, now, before) == before)
            _ = Write(live, now);
    }

    private async Task Write(Live live, long now)
    {
        var (ws, id) = (live.Actor.Ws, live.Actor.TokenId);
        try
        {
            await storage.Run(ws, (unit, ct) => unit.Db.Table<ApiToken>().Where(token => token.Ws == ws && token.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.LastUsedAt, now), ct), CancellationToken.None);
        }
        catch (Exception trouble)
        {
            CouldNotNoteUse(trouble.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The use of an API token could not be noted ({Trouble})")]
    private partial void CouldNotNoteUse(string trouble);
}
