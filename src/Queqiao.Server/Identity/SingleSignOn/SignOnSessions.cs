using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>Sessions that a provider began.</summary>
internal sealed class SignOnSessions(AgentSessions sessions)
{
    /// <summary>Ends those of a provider, or only those of a subject or of one session there.</summary>
    public async Task<int> EndOf(WriteUnit unit, Guid provider, string? subject, string? sid, CancellationToken ct)
    {
        var ending = await (
            from one in unit.Db.Table<SsoSession>().AsNoTracking()
            join session in unit.Db.Table<Session>() on new { one.Ws, one.TokenHash } equals new { session.Ws, session.TokenHash }
            where one.Ws == unit.Ws && one.ProviderId == provider && session.RevokedAt == null && (subject == null || one.Subject == subject) && (sid == null || one.Sid == sid)
            select new { session.AgentId, session.TokenHash }).ToListAsync(ct);
        foreach (var one in ending)
            await sessions.End(unit, unit.Ws, one.AgentId, one.TokenHash, ct);
        return ending.Count;
    }
}

/// <summary>
/// <c>POST /sso/v1/{provider}/logout</c>: a provider says that somebody signed out there (Back-Channel Logout 1.0). A form, as the specification has
/// it, and therefore not below <c>/api/v1</c>; the signed token is what counts.
/// </summary>
internal static class BackChannelLogout
{
    public const string PathPrefix = "/sso/v1/";

    public static async Task<IResult> Handle(
        Guid provider, HttpContext context, SignOnStart start, ProviderDocuments documents, SignOnSessions sessions, RateLimits limits, IStorageEngine storage, Ids ids, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        if (!context.Request.HasFormContentType || (await context.Request.ReadFormAsync(ct))["logout_token"] is not [{ Length: > 0 } text])
            return Refusal.BadRequest("sso_logout_invalid").ToProblem();
        if (await start.FindAny(provider, ct) is not { } found)
            return Refusal.BadRequest("sso_logout_invalid").ToProblem();
        var (document, away) = await documents.Of(found.Issuer, ct);
        if (document is null)
            return away!.ToProblem();
        var wishes = new TokenWishes(found.Issuer, found.ClientId, null, ids.Now() / 1000);
        var (claims, fault) = await IdTokens.CheckLogout(text, document.Keys, wishes);
        if (fault == "key" && (await documents.Of(found.Issuer, ct, afresh: true)).Document is { } again)
            (claims, _) = await IdTokens.CheckLogout(text, again.Keys, wishes);
        if (claims is not { } said)
            return Refusal.BadRequest("sso_logout_invalid").ToProblem();
        return await storage.Run<IResult>(found.Ws, async (unit, stop) =>
        {
            var ended = await sessions.EndOf(unit, provider, IdTokens.Text(said, "sub"), IdTokens.Text(said, "sid"), stop);
            await Audit.Record(unit, AuditBy.Anonymous(unit.Ws, context), "sessions.ended", "provider", provider.ToString(), new { ended, by = "provider" }, stop);
            return TypedResults.Ok();
        }, ct);
    }
}

/// <summary>Where somebody who signs out here signs out at the provider (RP-Initiated Logout 1.0); null when they need not.</summary>
internal sealed class SignOutThere(ProviderDocuments documents, SignOnAccounts accounts, PublicUrl url, IStorageEngine storage)
{
    public const string ReturnPath = "/console/sign-in";

    public async Task<string?> Address(int ws, byte[] session, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var found = await (
            from one in db.Table<SsoSession>().AsNoTracking()
            join provider in db.Table<SsoProvider>() on new { one.Ws, Id = one.ProviderId } equals new { provider.Ws, provider.Id }
            where one.Ws == ws && one.TokenHash == session && one.IdToken != null && provider.Enabled
            select new { Session = one, provider.Issuer, provider.ClientId }).SingleOrDefaultAsync(ct);
        if (found is null || (await documents.Of(found.Issuer, ct)).Document?.About.EndSessionEndpoint is not { Length: > 0 } there)
            return null;
        try
        {
            var query = new Dictionary<string, string?>(StringComparer.Ordinal) { ["id_token_hint"] = accounts.IdTokenOf(found.Session), ["client_id"] = found.ClientId };
            if (url.For(context.Request) is var home && home != PublicUrl.Unknown)
                query["post_logout_redirect_uri"] = home + ReturnPath;
            return QueryHelpers.AddQueryString(there, query);
        }
        catch (CryptographicException)
        {
            return null; // signing out here must never fail for what is sealed no more
        }
    }
}
