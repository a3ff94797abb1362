using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <param name="Url">Where the browser goes next: the provider's page.</param>
internal sealed record SignOnBegun(string Url);

/// <summary>Sends browsers to providers.</summary>
internal sealed class SignOnStart(IStorageEngine storage, ProviderDocuments documents, FlowCookies cookies, PublicUrl url, Ids ids)
{
    public const string ReturnPath = "/console/sso";
    private const int MostBack = 500;

    /// <summary>The address that is registered at the provider; null while nobody has said where the world finds this server.</summary>
    public string? RedirectUri(HttpRequest request) => url.For(request) is var address && address != PublicUrl.Unknown ? address + ReturnPath : null;

    public async Task<(string? Url, Refusal? Refusal)> Begin(SsoProvider provider, string purpose, string? back, HttpContext context, CancellationToken ct)
    {
        if (RedirectUri(context.Request) is not { } redirectUri)
            return (null, Refusal.Conflict("public_url_unknown"));
        var (document, refusal) = await documents.Of(provider.Issuer, ct);
        if (document is null)
            return (null, refusal);
        var session = purpose == FlowPurpose.SignIn ? null : Convert.ToHexString(context.Features.GetRequiredFeature<SignedInBy>().TokenHash);
        var flow = new SignOnFlow(provider.Ws, provider.Id, purpose, SignOnFlow.Random(), SignOnFlow.Random(), SignOnFlow.Random(), redirectUri, ids.Now(), session,
            back is { Length: <= MostBack } && back.StartsWith('/') ? back : null);
        cookies.Set(context, flow);
        return (Address(provider, document, flow), null);
    }

    private static string Address(SsoProvider provider, ProviderDocument document, SignOnFlow flow)
    {
        var settings = ProviderSettings.Of(provider.Settings);
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = provider.ClientId,
            ["redirect_uri"] = flow.RedirectUri,
            ["scope"] = string.Join(' ', settings.Scopes.Prepend("openid").Distinct(StringComparer.Ordinal)),
            ["state"] = flow.State,
            ["nonce"] = flow.Nonce,
            ["code_challenge"] = flow.Challenge,
            ["code_challenge_method"] = "S256",
        };
        if (flow.Purpose == FlowPurpose.Proof)
            (query["prompt"], query["max_age"]) = ("login", "0"); // both: some providers know only one
        else if (flow.Purpose == FlowPurpose.Link)
            query["prompt"] = "login"; // whoever links an account knows its key, and is not somebody who left a window open
        return QueryHelpers.AddQueryString(document.About.AuthorizationEndpoint, query);
    }

    public async Task<SsoProvider?> Find(int ws, Guid id, bool enabled, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<SsoProvider>().AsNoTracking()
            .SingleOrDefaultAsync(provider => provider.Ws == ws && provider.Id == id && provider.DeletedAt == null && (!enabled || provider.Enabled), ct);
    }

    /// <summary>Of any workspace: who signs in is not known yet.</summary>
    public async Task<SsoProvider?> FindAny(Guid id, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await db.Table<SsoProvider>().AsNoTracking().SingleOrDefaultAsync(provider => provider.Id == id && provider.DeletedAt == null && provider.Enabled, ct);
    }
}

/// <param name="ProviderId">One of those that the sign-in page shows.</param>
/// <param name="Back">A path of the console.</param>
internal sealed record SignOnRequest(Guid ProviderId, string? Back = null);

/// <summary><c>POST /api/v1/sso/begin</c></summary>
internal static class BeginSignOn
{
    public static async Task<IResult> Handle(SignOnRequest request, SignOnStart start, RateLimits limits, HttpContext context, CancellationToken ct)
    {
        if (limits.OfNewSession(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        if (await start.FindAny(request.ProviderId, ct) is not { } provider)
            return Refusal.NotFound().ToProblem();
        var (url, refusal) = await start.Begin(provider, FlowPurpose.SignIn, request.Back, context, ct);
        return refusal is null ? TypedResults.Ok(new SignOnBegun(url!)) : refusal.ToProblem();
    }
}

/// <summary><c>POST /api/v1/session/proof/sso</c>: to prove by a provider that it is still you. It is asked for a new sign-in.</summary>
internal static class BeginProof
{
    public static async Task<IResult> Handle(SignOnRequest request, Actor actor, SignOnStart start, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!await db.Table<ExternalIdentity>().AnyAsync(one => one.Ws == actor.Ws && one.AgentId == actor.AgentId && one.ProviderId == request.ProviderId, ct)
            || await start.Find(actor.Ws, request.ProviderId, enabled: true, ct) is not { } provider)
            return Refusal.NotFound().ToProblem();
        var (url, refusal) = await start.Begin(provider, FlowPurpose.Proof, request.Back, context, ct);
        return refusal is null ? TypedResults.Ok(new SignOnBegun(url!)) : refusal.ToProblem();
    }
}

/// <summary><c>POST /api/v1/me/identities</c>: to link one's account at a provider, signed in and with a recent proof.</summary>
internal static class BeginLink
{
    public static async Task<IResult> Handle(SignOnRequest request, Actor actor, SignOnStart start, HttpContext context, CancellationToken ct)
    {
        if (await start.Find(actor.Ws, request.ProviderId, enabled: true, ct) is not { } provider)
            return Refusal.NotFound().ToProblem();
        var (url, refusal) = await start.Begin(provider, FlowPurpose.Link, request.Back, context, ct);
        return refusal is null ? TypedResults.Ok(new SignOnBegun(url!)) : refusal.ToProblem();
    }
}
