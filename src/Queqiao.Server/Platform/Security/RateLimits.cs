using System.Globalization;
using System.Net;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Security;

/// <summary>How much one address, visitor or agent may ask for.</summary>
internal sealed class LimitsOptions
{
    /// <summary>False with <c>QUEQIAO_LIMITS=off</c> (<c>--limits off</c>): for benchmarks only; the server says so when it starts.</summary>
    public bool On { get; init; } = true;

    /// <summary>Frames on a visitor's connection (docs/gateway.md).</summary>
    public Rate VisitorFrames { get; init; } = Rate.PerSecond(10, burst: 30);

    /// <summary>Frames on an agent's connection (docs/gateway.md).</summary>
    public Rate AgentFrames { get; init; } = Rate.PerSecond(50, burst: 200);

    /// <summary>Requests from one address to anything below /api, /widget/v1 and /gateway; an office of agents may share one.</summary>
    public Rate Address { get; init; } = Rate.PerSecond(100, burst: 600);

    /// <summary>New visitor sessions from one address.</summary>
    public Rate NewSessions { get; init; } = Rate.PerMinute(60, burst: 120);

    /// <summary>Requests with one visitor's token.</summary>
    public Rate Visitor { get; init; } = Rate.PerSecond(10, burst: 30);

    /// <summary>Requests of one agent or API token.</summary>
    public Rate User { get; init; } = Rate.PerSecond(50, burst: 200);

    /// <summary>Requests of all agents and tokens of one workspace together.</summary>
    public Rate Workspace { get; init; } = Rate.PerSecond(1000, burst: 5000);

    /// <summary>Attempts at the set-up token from one address.</summary>
    public Rate SetUp { get; init; } = Rate.PerMinute(6, burst: 10);

    /// <summary>Attempts at the secrets of invitations and reset links, and API tokens that are none, from one address.</summary>
    public Rate Secrets { get; init; } = Rate.PerMinute(20, burst: 40);

    /// <summary>Codes of a second factor for one account, from anywhere: three of a million codes are right at any time.</summary>
    public Rate Codes { get; init; } = Rate.PerHour(12, burst: 5);

    public static LimitsOptions Read(IConfiguration configuration) => new() { On = Setting.Switch(configuration, "limits", otherwise: true) };
}

/// <summary>The limits of REST, one method per kind of caller; each answers null or the refusal to send.</summary>
/// <param name="share">What is used at other nodes counts here.</param>
internal sealed class RateLimits(LimitsOptions options, TimeProvider clock, LimitShare? share = null)
{
    private readonly KeyedLimiter<AddressKey> _addresses = new KeyedLimiter<AddressKey>(clock, options.Address).Shared(share, "addresses", AddressKey.Write, AddressKey.Read);
    private readonly KeyedLimiter<AddressKey> _newSessions = new KeyedLimiter<AddressKey>(clock, options.NewSessions).Shared(share, "new sessions", AddressKey.Write, AddressKey.Read);
    private readonly KeyedLimiter<AddressKey> _setUps = new KeyedLimiter<AddressKey>(clock, options.SetUp, capacity: 10_000).Shared(share, "set-ups", AddressKey.Write, AddressKey.Read);
    private readonly KeyedLimiter<AddressKey> _secrets = new KeyedLimiter<AddressKey>(clock, options.Secrets, capacity: 50_000).Shared(share, "secrets", AddressKey.Write, AddressKey.Read);
    private readonly KeyedLimiter<Guid> _codes = new KeyedLimiter<Guid>(clock, options.Codes, capacity: 20_000).Shared(share, "codes", static id => id.ToString(), static text => Guid.TryParse(text, out var id) ? id : default);
    private readonly KeyedLimiter<string> _visitors = new KeyedLimiter<string>(clock, options.Visitor).Shared(share, "visitors", static text => text, static text => text);
    private readonly KeyedLimiter<string> _users = new KeyedLimiter<string>(clock, options.User, capacity: 20_000).Shared(share, "users", static text => text, static text => text);
    private readonly KeyedLimiter<int> _workspaces = new KeyedLimiter<int>(clock, options.Workspace, capacity: 1_000).Shared(share, "workspaces", static ws => ws.ToString(CultureInfo.InvariantCulture), static text => int.TryParse(text, CultureInfo.InvariantCulture, out var ws) ? ws : 0);
    private readonly string _userPolicy = $"\"default\";q={options.User.Burst};w={Math.Ceiling(options.User.Each.TotalSeconds * options.User.Burst).ToString(CultureInfo.InvariantCulture)}";

    public bool On => options.On;

    public Refusal? OfAddress(IPAddress? address) => Take(_addresses, AddressKey.Of(address));

    public Refusal? OfNewSession(IPAddress? address) => Take(_newSessions, AddressKey.Of(address));

    public Refusal? OfSetUp(IPAddress? address) => Take(_setUps, AddressKey.Of(address));

    /// <summary>Before the secret of a link is looked at.</summary>
    public Refusal? OfSecret(IPAddress? address) => Take(_secrets, AddressKey.Of(address));

    /// <summary>After a bearer token turned out to be none: whoever tries many is told to wait.</summary>
    public Refusal? OfRefusedCaller(HttpContext context) =>
        context.Request.Headers.Authorization.Count > 0 ? OfSecret(context.Connection.RemoteIpAddress) : null;

    /// <summary>Before a code is looked at; <see cref="CodeWasRight"/> gives it back.</summary>
    public Refusal? OfCode(Guid account) => Take(_codes, account);

    public void CodeWasRight(Guid account) => _codes.GiveBack(account);

    public Refusal? OfVisitor(string visitorId) => Take(_visitors, visitorId);

    /// <param name="userId">An agent or an API token.</param>
    /// <param name="ws">Theirs.</param>
    /// <param name="cost">How many ordinary requests it counts as (<see cref="RequestCost"/>).</param>
    public Refusal? OfUser(string userId, int ws = 0, int cost = 1) => Take(_users, userId, cost) ?? (ws == 0 ? null : Take(_workspaces, ws, cost));

    /// <summary>
    /// Tells a program how much it may still ask for, so that it slows down before it is told to
    /// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: quota, window, what is left, seconds until all is there).
    /// </summary>
    public void Tell(HttpResponse response, string userId)
    {
        if (!options.On)
            return;
        var (left, fullIn) = _users.State(userId);
        response.Headers["RateLimit-Policy"] = _userPolicy;
        response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r={left};t={(long)Math.Ceiling(fullIn.TotalSeconds)}");
    }

    /// <summary>What all of a workspace may still ask for at once.</summary>
    public int LeftOf(int ws) => _workspaces.State(ws).Left;

    private Refusal? Take<TKey>(KeyedLimiter<TKey> limiter, TKey key, int cost = 1)
        where TKey : notnull =>
        !options.On || limiter.TryTake(key, out var retryAfter, cost) ? null : Refusal.TooMany(retryAfter);
}

/// <summary>How many ordinary requests an endpoint counts as: searches and exports keep the server busy for longer.</summary>
internal sealed record RequestCost(int Tokens)
{
    public const int Search = 5;
    public const int Export = 50;
}

internal static class RequestCosts
{
    public static TBuilder Costs<TBuilder>(this TBuilder endpoint, int tokens) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequestCost(tokens));
}

/// <summary>Whose address it is: an IPv4 address, or the /64 that one IPv6 customer has whole.</summary>
internal readonly record struct AddressKey(ulong Network)
{
    public static string Write(AddressKey key) => key.Network.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static AddressKey Read(string text) => new(ulong.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var network) ? network : 0);

    public static AddressKey Of(IPAddress? address)
    {
        if (address is null)
            return default;
        Span<byte> bytes = stackalloc byte[16];
        (address.IsIPv4MappedToIPv6 ? address : address.MapToIPv6()).TryWriteBytes(bytes, out _);
        var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        // The upper half of a mapped IPv4 address is zero, which no IPv6 customer has; its lower half is the address.
        return new AddressKey(high != 0 ? high : System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }
}
