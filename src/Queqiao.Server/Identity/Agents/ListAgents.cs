using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

/// <summary>A colleague as the API lists one.</summary>
internal sealed record AgentRow(Guid Id, string Name, string Email, string Role, bool Online, bool Disabled);

internal sealed record AgentList(IReadOnlyList<AgentRow> Items);

/// <summary><c>GET /api/v1/agents</c>: everybody who works in the workspace, in the order they came.</summary>
internal static class ListAgents
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, IAgentPresence presence, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var agents = await db.Table<Agent>().AsNoTracking()
            .Where(agent => agent.Ws == actor.Ws)
            .OrderBy(agent => agent.CreatedAt).ThenBy(agent => agent.Id)
            .Select(agent => new { agent.Id, agent.Name, agent.Email, agent.Role, Disabled = agent.DisabledAt != null })
            .ToListAsync(ct);
        return TypedResults.Ok(new AgentList([.. agents.Select(agent =>
            new AgentRow(agent.Id, agent.Name, agent.Email, agent.Role, presence.IsOnline(actor.Ws, agent.Id), agent.Disabled))]));
    }
}
