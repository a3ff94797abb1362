using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary>A directory that asks. It may do what the agent who made its token may do now.</summary>
internal sealed record Directory(Actor Maker, Guid TokenId, string DefaultRole)
{
    public AuditBy By(HttpContext context) => new(Maker.Ws, "token", Maker.AgentId, AuditBy.AddressOf(context));
}

/// <summary>Lets directories in by <c>Authorization: Bearer qqscim_…</c>. Such a token opens nothing but <c>/scim/v2</c>, and no other token opens that.</summary>
internal sealed class ScimGate(IStorageEngine storage, IRights rights, RateLimits limits, Ids ids) : IEndpointFilter
{
    public const string Prefix = "qqscim_";
    private const long UsedEvery = 60_000;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            var directory = await Of(http) ?? throw Refused(http);
            if (limits.OfUser(directory.TokenId.ToString()) is { } tooMany)
            {
                http.Response.Headers[HeaderNames.RetryAfter] = (tooMany.RetryAfterSeconds ?? 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
                throw new ScimException(429, "tooMany", "Too many requests.");
            }
            http.Features.Set(directory);
            return await next(context);
        }
        catch (ScimException fault)
        {
            return ScimJson.Error(fault);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return ScimJson.Error(new ScimException(409, "uniqueness", "There is one already."));
        }
    }

    private ScimException Refused(HttpContext http)
    {
        var tooMany = limits.OfSecret(http.Connection.RemoteIpAddress);
        http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"scim\"";
        return tooMany is null ? new ScimException(401, null, "The token is missing, wrong or revoked.") : new ScimException(429, "tooMany", "Too many requests.");
    }

    private async Task<Directory?> Of(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } authorization] || !authorization.StartsWith("Bearer " + Prefix, StringComparison.OrdinalIgnoreCase)
            || TokenText.Hash(authorization["Bearer ".Length..].Trim()[Prefix.Length..]) is not { } hash)
            return null;
        await using var db = storage.ReadSystem();
        var found = await (
            from token in db.Table<ScimToken>().AsNoTracking()
            join agent in db.Table<Agent>() on new { token.Ws, Id = token.AgentId } equals new { agent.Ws, agent.Id }
            join workspace in db.Table<Workspace>() on token.Ws equals workspace.Ws
            where token.TokenHash == hash && token.RevokedAt == null && agent.DisabledAt == null
            select new { Token = token, Agent = agent, WorkspaceId = workspace.Id }).SingleOrDefaultAsync(http.RequestAborted);
        if (found is null || await rights.Of(found.Token.Ws, found.Agent.Id, http.RequestAborted) is not { } all)
            return null;
        var maker = found.Agent;
        var actor = new Actor(maker.Ws, found.WorkspaceId, maker.Id, maker.Name, maker.Email, maker.Role, maker.Locale) { Rights = all.Whole, TokenId = found.Token.Id };
        if (!actor.May(Permissions.ManageAgents))
            return null;
        await Used(found.Token, http.RequestAborted);
        return new Directory(actor, found.Token.Id, found.Token.DefaultRole);
    }

    private async Task Used(ScimToken token, CancellationToken ct)
    {
        var now = ids.Now();
        if (now - (token.LastUsedAt ?? 0) < UsedEvery)
            return;
        await storage.Run(token.Ws, (unit, stop) => unit.Db.Table<ScimToken>().Where(one => one.Ws == token.Ws && one.Id == token.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.LastUsedAt, now), stop), ct);
    }
}
