using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Tokens;

/// <summary>A token as the API lists one: never the token itself.</summary>
internal sealed record TokenRow(
    Guid Id, string Name, string Hint, TokenAgent Agent, IReadOnlyList<string> Permissions, IReadOnlyList<string>? Addresses,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

internal sealed record TokenAgent(Guid Id, string Name);

internal sealed record TokenList(IReadOnlyList<TokenRow> Items, string? NextCursor);

/// <summary><c>GET /api/v1/tokens</c>: one's own, newest first; of everybody with <c>of=everybody</c>.</summary>
internal static class ListTokens
{
    private const int Most = 200;

    public static async Task<IResult> Handle(string? of, int? limit, Guid? cursor, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        if (of is not (null or "me" or "everybody"))
            return Refusal.Invalid("of", "not_one_of", "me, everybody").ToProblem();
        if (limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        if (of == "everybody" && !actor.May(Permissions.ManageAgents))
            return Refusal.Forbidden().ToProblem();
        var items = limit ?? 50;
        await using var db = storage.Read(actor.Ws);
        var rows = db.Table<ApiToken>().AsNoTracking().Where(token => token.Ws == actor.Ws && token.RevokedAt == null);
        if (of != "everybody")
            rows = rows.Where(token => token.AgentId == actor.AgentId);
        if (cursor is { } after)
            rows = rows.Where(token => token.Id.CompareTo(after) < 0);
        var page = await (
            from token in rows
            join agent in db.Table<Agent>() on new { token.Ws, Id = token.AgentId } equals new { agent.Ws, agent.Id }
            orderby token.Id descending
            select new { Token = token, agent.Name }).Take(items + 1).ToListAsync(ct);
        return TypedResults.Ok(new TokenList([.. page.Take(items).Select(one => Row(one.Token, one.Name))], page.Count > items ? page[items - 1].Token.Id.ToString() : null));
    }

    public static TokenRow Row(ApiToken token, string agentName) => new(
        token.Id, token.Name, token.Hint, new TokenAgent(token.AgentId, agentName), Texts(token.Permissions)!, Texts(token.Addresses),
        Instants.Of(token.CreatedAt), Instants.Of(token.ExpiresAt), Instants.Of(token.LastUsedAt));

    private static string[]? Texts(string? json) => json is null ? null : JsonSerializer.Deserialize<string[]>(json, StrictJson.Options);
}

/// <summary><c>POST /api/v1/tokens</c>: the token is in this answer and nowhere else.</summary>
internal static class CreateToken
{
    public sealed record Request(string Name, IReadOnlyList<string>? Permissions = null, DateTimeOffset? ExpiresAt = null, IReadOnlyList<string>? Addresses = null);

    public sealed record Made(Guid Id, string Token, TokenRow Row);

    public static async Task<IResult> Handle(Request request, Actor actor, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (TokenRules.Check(request, actor, clock.GetUtcNow()) is { } invalid)
            return invalid.ToProblem();
        var permissions = (request.Permissions ?? [.. actor.Permissions]).Distinct().Order(StringComparer.Ordinal).ToArray();
        var (text, hash, hint) = ApiTokens.New();
        var row = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var token = new ApiToken
            {
                Ws = actor.Ws,
                Id = unit.Ids.New(),
                TokenHash = hash,
                Hint = hint,
                AgentId = actor.AgentId,
                Name = request.Name.Trim(),
                Permissions = JsonSerializer.Serialize(permissions, StrictJson.Options),
                Addresses = request.Addresses is { Count: > 0 } given ? JsonSerializer.Serialize(given.Select(one => one.Trim()), StrictJson.Options) : null,
                CreatedAt = unit.Ids.Now(),
                ExpiresAt = request.ExpiresAt?.ToUnixTimeMilliseconds(),
            };
            unit.Db.Table<ApiToken>().Add(token);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "token.created", "token", token.Id.ToString(), new { token.Name, hint, permissions, request.ExpiresAt }, stop);
            return token;
        }, ct);
        return TypedResults.Created($"/api/v1/tokens/{row.Id}", new Made(row.Id, text, ListTokens.Row(row, actor.Name)));
    }
}

/// <summary><c>DELETE /api/v1/tokens/{id}</c>: one's own, or with the right to manage people anybody's not above.</summary>
internal static class RevokeToken
{
    public static Task<IResult> Handle(Guid id, Actor actor, ApiTokens tokens, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var found = await (
                from token in unit.Db.Table<ApiToken>().AsNoTracking()
                join agent in unit.Db.Table<Agent>() on new { token.Ws, Id = token.AgentId } equals new { agent.Ws, agent.Id }
                where token.Ws == actor.Ws && token.Id == id && token.RevokedAt == null
                select new { token.AgentId, token.Name, agent.Role }).SingleOrDefaultAsync(stop);
            if (found is null || (found.AgentId != actor.AgentId && !actor.May(Permissions.ManageAgents)))
                return Refusal.NotFound().ToProblem();
            if (found.AgentId != actor.AgentId && !Granting.Reaches(actor, await HeldRoles.Of(unit.Db, actor.Ws, found.AgentId, found.Role, stop)))
                return Refusal.Forbidden("agent_above_own").ToProblem();
            await tokens.Revoke(unit, found.AgentId, id, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "token.revoked", "token", id.ToString(), new { found.Name }, stop);
            return TypedResults.NoContent();
        }, ct);
}
