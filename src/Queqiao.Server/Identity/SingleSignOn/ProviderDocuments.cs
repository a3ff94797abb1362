using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>What a provider says about itself, checked: endpoints that may be used, and the keys it signs with.</summary>
internal sealed record ProviderDocument(OpenIdConnectConfiguration About, JsonWebKeySet Keys);

/// <summary>
/// Fetches and remembers what providers publish (Discovery 1.0). Good for an hour; keys are fetched again when a token names one that is
/// not there, once a minute at most, so that hostile tokens do not become requests. When a provider is away its last word counts for a day.
/// </summary>
internal sealed class ProviderDocuments(GuardedHttp http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromHours(1);
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(10), 512 * 1024, MaxRedirects: 2);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    private sealed class Known : IDisposable
    {
        public readonly SemaphoreSlim One = new(1);
        public ProviderDocument? Document;
        public DateTimeOffset FetchedAt;
        public DateTimeOffset AskedAt;

        public void Dispose() => One.Dispose();
    }

    /// <param name="issuer">Exactly as it is configured.</param>
    /// <param name="afresh">A test, or a key that was not there.</param>
    public async Task<(ProviderDocument? Document, Refusal? Refusal)> Of(string issuer, CancellationToken ct, bool afresh = false)
    {
        var known = _known.GetOrAdd(issuer, _ => new Known());
        await known.One.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            var wait = now - known.AskedAt < AskAgainAfter;
            if (known.Document is not null && (afresh ? wait : now - known.FetchedAt < FreshFor || wait))
                return (known.Document, null);
            known.AskedAt = now;
            var (document, refusal) = await Fetch(issuer, ct);
            if (document is not null)
                (known.Document, known.FetchedAt) = (document, now);
            return document is null && known.Document is not null && now - known.FetchedAt < GoodFor ? (known.Document, null) : (document, refusal);
        }
        finally
        {
            known.One.Release();
        }
    }

    /// <summary>The configuration changed, or somebody tests it: the next one asks.</summary>
    public void Forget(string issuer) => _known.TryRemove(issuer, out _);

    public void Dispose()
    {
        foreach (var known in _known.Values)
            known.Dispose();
    }

    private async Task<(ProviderDocument?, Refusal?)> Fetch(string issuer, CancellationToken ct)
    {
        try
        {
            using var client = http.Client(Limits);
            var about = OpenIdConnectConfiguration.Create(await client.GetStringAsync(new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration"), ct));
            if (Fault(about, issuer) is { } fault)
                return (null, fault);
            var keys = new JsonWebKeySet(await client.GetStringAsync(new Uri(about.JwksUri), ct));
            return keys.Keys.Count == 0 ? (null, Trouble("sso_no_keys")) : (new ProviderDocument(about, keys), null);
        }
        catch (OutboundRefusedException refused)
        {
            return (null, Trouble("sso_address_refused", refused.Code));
        }
        catch (HttpRequestException trouble)
        {
            return (null, trouble.StatusCode is { } status and not HttpStatusCode.OK ? Trouble("sso_provider_answered", (int)status) : Trouble("sso_provider_away"));
        }
        catch (Exception trouble) when (trouble is JsonException or ArgumentException or OperationCanceledException or UriFormatException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            return (null, trouble is OperationCanceledException ? Trouble("sso_provider_away") : Trouble("sso_no_discovery"));
        }
    }

    /// <summary>The issuer must be just the one that was configured (Discovery 1.0 4.3): else another provider speaks for it.</summary>
    private static Refusal? Fault(OpenIdConnectConfiguration about, string issuer)
    {
        if (!string.Equals(about.Issuer, issuer, StringComparison.Ordinal))
            return Trouble("sso_issuer_differs", about.Issuer is { Length: <= 300 } other ? other : "?");
        var secure = issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        string?[] needed = [about.AuthorizationEndpoint, about.TokenEndpoint, about.JwksUri];
        string?[] optional = [about.UserInfoEndpoint, about.EndSessionEndpoint];
        if (needed.Any(address => !IsGood(address, secure)) || optional.Any(address => !string.IsNullOrEmpty(address) && !IsGood(address, secure)))
            return Trouble("sso_no_discovery");
        return about.ResponseTypesSupported.Count > 0 && !about.ResponseTypesSupported.Contains("code") ? Trouble("sso_no_code_flow") : null;
    }

    // The browser is sent to some of these: nothing but web addresses, and never from https down to http.
    private static bool IsGood(string? address, bool secure) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (!secure && url.Scheme == Uri.UriSchemeHttp));

    private static Refusal Trouble(string code, params object[] args) => new(StatusCodes.Status502BadGateway, code, args);
}
