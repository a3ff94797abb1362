using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary><c>POST /api/v1/sso/complete</c>: what the provider sent the browser back with, posted by the console's page.</summary>
internal sealed class CompleteSignOn(FlowCookies cookies, SignOnStart start, CodeExchange exchange, ProviderDocuments documents, SignOnAccounts accounts, AgentSessions sessions, IStorageEngine storage)
{
    private const int MostText = 4_000;

    /// <param name="Iss">Who answered (RFC 9207), against mixing up providers.</param>
    public sealed record Request(string State, string? Code = null, string? Error = null, string? Iss = null);

    /// <param name="Kind"><c>signed_in</c>, <c>linked</c>, <c>proven</c> or <c>tried</c>.</param>
    /// <param name="Seen">For <c>tried</c>: what the provider said, and what would follow from it.</param>
    public sealed record Answer(string Kind, string? Back, SessionView? Session = null, TrialView? Seen = null);

    public static async Task<IResult> Handle(Request request, CompleteSignOn complete, RateLimits limits, HttpContext context, CancellationToken ct)
    {
        if (limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        return await complete.Finish(request, context, ct);
    }

    private async Task<IResult> Finish(Request request, HttpContext context, CancellationToken ct)
    {
        if (cookies.Take(context, request.State) is not { } flow)
            return Refusal.Forbidden("sso_state_invalid").ToProblem();
        if (request.Error is { } error)
            return (error == "access_denied" ? Refusal.Forbidden("sso_denied") : Refusal.Forbidden("sso_failed", ErrorName.Of(error))).ToProblem();
        if (request.Code is not { Length: > 0 and <= MostText } code)
            return Refusal.Invalid("code", "required").ToProblem();
        if (await start.Find(flow.Ws, flow.Provider, enabled: flow.Purpose != FlowPurpose.Try, ct) is not { } provider)
            return Refusal.Forbidden("sso_state_invalid").ToProblem();
        var (document, away) = await documents.Of(provider.Issuer, ct);
        if (document is null)
            return away!.ToProblem();
        if (request.Iss is not null ? request.Iss != provider.Issuer : document.About.AdditionalData.TryGetValue("authorization_response_iss_parameter_supported", out var says) && says is true or "true" or "True")
            return Refusal.Forbidden("sso_failed", "iss").ToProblem();
        var actor = flow.Purpose == FlowPurpose.SignIn ? null : await sessions.Of(context);
        if (flow.Purpose != FlowPurpose.SignIn && (actor is not { TokenId: null } || Convert.ToHexString(context.Features.GetRequiredFeature<SignedInBy>().TokenHash) != flow.Session))
            return Refusal.Forbidden("sso_state_invalid").ToProblem();
        var (exchanged, refusal) = await exchange.Trade(provider, flow, code, ct);
        if (exchanged is null)
            return refusal!.ToProblem();
        var person = ProviderPerson.Of(exchanged.Claims, exchanged.More, ProviderSettings.Of(provider.Settings));
        return flow.Purpose switch
        {
            FlowPurpose.SignIn => await accounts.SignIn(provider, person, exchanged.IdToken, flow.Back, context, ct),
            FlowPurpose.Link => await Link(provider, person, flow, actor!, context, ct),
            FlowPurpose.Proof => await Prove(provider, person, flow, actor!, context, ct),
            _ => TypedResults.Ok(new Answer("tried", flow.Back, Seen: await accounts.Try(provider, person, ct))),
        };
    }

    private async Task<IResult> Link(SsoProvider provider, ProviderPerson person, SignOnFlow flow, Actor actor, HttpContext context, CancellationToken ct)
    {
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                var known = await unit.Db.Table<ExternalIdentity>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == unit.Ws && one.Issuer == provider.Issuer && one.Subject == person.Subject, stop);
                if (known is not null)
                    return known.AgentId == actor.AgentId ? TypedResults.Ok(new Answer("linked", flow.Back)) : Refusal.Conflict("sso_identity_taken").ToProblem();
                SignOnAccounts.AddIdentity(unit, provider, person.Subject, actor.AgentId);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "identity.linked", "agent", actor.AgentId.ToString(), new { provider = provider.Id, by = "proof" }, stop);
                return TypedResults.Ok(new Answer("linked", flow.Back));
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("sso_identity_taken").ToProblem();
        }
    }

    private Task<IResult> Prove(SsoProvider provider, ProviderPerson person, SignOnFlow flow, Actor actor, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (!await unit.Db.Table<ExternalIdentity>().AnyAsync(one => one.Ws == unit.Ws && one.Issuer == provider.Issuer && one.Subject == person.Subject && one.AgentId == actor.AgentId, stop))
                return Refusal.Forbidden("sso_other_person").ToProblem();
            var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
            await Proofs.Note(unit, session, withSecondFactor: ProviderSettings.Of(provider.Settings).TrustsSecondFactor, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "session.proven", "agent", actor.AgentId.ToString(), new { by = "sso", provider = provider.Id }, stop);
            unit.AfterCommit(() => sessions.Changed(session));
            return TypedResults.Ok(new Answer("proven", flow.Back));
        }, ct);
}
