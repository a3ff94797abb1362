using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Policies;

/// <summary>How people of a workspace may sign in.</summary>
/// <param name="SsoOnly">Only by a provider.</param>
/// <param name="BreakGlassId">But for this owner, who may use a password when the provider is away.</param>
internal sealed record SignInPolicy(bool SsoOnly, Guid? BreakGlassId, SignInSettings Settings)
{
    public static readonly SignInPolicy Usual = new(false, null, new SignInSettings());

    /// <summary>Unless a workspace says otherwise.</summary>
    private const int UsualTrustDays = 30;

    public SessionRules Sessions { get; init; } = new();

    /// <summary>For how long a browser may stand in for the second factor; null: never.</summary>
    public TimeSpan? Trust => (Sessions.TrustDays ?? UsualTrustDays) is > 0 and var days ? TimeSpan.FromDays(days) : null;

    /// <summary>When an idle session ends; never later than the server says.</summary>
    public TimeSpan IdleWithin(TimeSpan server) => Sessions.IdleMinutes is { } minutes && TimeSpan.FromMinutes(minutes) is var own && own < server ? own : server;

    /// <summary>Whether somebody may come in without a provider.</summary>
    public bool AllowsOwnKeys(Guid agentId) => !SsoOnly || BreakGlassId == agentId;

    /// <summary>Whether people may come from there. The address is the connection's, or what a trusted proxy says.</summary>
    public bool AllowsAddress(IPAddress? from)
    {
        if (Settings.Networks is not { Count: > 0 } networks)
            return true;
        if (from is null)
            return false;
        var address = from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from;
        return networks.Any(one => TokenRules.Network(one.Network)?.Contains(address) == true);
    }
}

/// <summary>The rest of the policy. Stored as JSON, and on the wire.</summary>
/// <param name="Networks">Where people may work from; null or empty: anywhere. API tokens and roles have lists of their own.</param>
internal sealed record SignInSettings(IReadOnlyList<AllowedNetwork>? Networks = null);

/// <summary>How sessions are held; each may be left to the server.</summary>
/// <param name="MostSessions">Of one agent at once: a further one ends the one that was used least recently.</param>
/// <param name="IdleMinutes">After which an idle session ends.</param>
/// <param name="TrustDays">For which a browser may be remembered instead of a code; 0: never.</param>
internal sealed record SessionRules(int? MostSessions = null, int? IdleMinutes = null, int? TrustDays = null);

/// <param name="Network">An address or a network (CIDR), IPv4 or IPv6.</param>
/// <param name="Note">Which office it is.</param>
internal sealed record AllowedNetwork(string Network, string? Note = null);

/// <summary>Reads policies; they are asked for at every sign-in.</summary>
internal sealed class SignInPolicies(IStorageEngine storage, TimeProvider clock)
{
    private readonly FreshCache<int, SignInPolicy> _known = new(clock, TimeSpan.FromSeconds(5));

    public async ValueTask<SignInPolicy> Of(int ws, CancellationToken ct) => (await _known.Get(ws, Load, ct))!;

    public void Changed(int ws) => _known.Forget(ws);

    /// <summary>As it is inside a transaction.</summary>
    public static async Task<SignInPolicy> Read(QueqiaoDb db, int ws, CancellationToken ct) =>
        await db.Table<SignInPolicyRow>().AsNoTracking().SingleOrDefaultAsync(policy => policy.Ws == ws, ct) is { } row
            ? new SignInPolicy(row.SsoOnly, row.BreakGlassId, JsonSerializer.Deserialize<SignInSettings>(row.Settings, StrictJson.Options)!) { Sessions = new(row.MostSessions, row.IdleMinutes, row.TrustDays) }
            : SignInPolicy.Usual;

    /// <summary>Refuses to turn off the last provider while there is no other way in.</summary>
    public static async Task<Refusal?> RefuseWithout(WriteUnit unit, Guid provider, CancellationToken ct) =>
        (await Read(unit.Db, unit.Ws, ct)).SsoOnly
        && !await unit.Db.Table<SsoProvider>().AnyAsync(one => one.Ws == unit.Ws && one.Id != provider && one.Enabled && one.DeletedAt == null, ct)
            ? Refusal.Conflict("sso_needs_provider")
            : null;

    /// <summary>Whether somebody has to keep their owner's role: they are the way in when the provider is away.</summary>
    public static Task<bool> IsBreakGlass(WriteUnit unit, Guid agent, CancellationToken ct) =>
        unit.Db.Table<SignInPolicyRow>().AnyAsync(policy => policy.Ws == unit.Ws && policy.SsoOnly && policy.BreakGlassId == agent, ct);

    private async Task<SignInPolicy?> Load(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await Read(db, ws, ct);
    }
}
