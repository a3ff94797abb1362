using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

internal sealed class AgentDirectory(IStorageEngine storage, TimeProvider clock, CacheNews? news = null) : IAgents
{
    private readonly FreshCache<(int Ws, Guid Id), AgentView> _known = new(clock, TimeSpan.FromSeconds(5), news, "agents");

    public ValueTask<AgentView?> Find(int ws, Guid id, CancellationToken ct) => _known.Get((ws, id), Load, ct);

    public void Changed(int ws, Guid id) => _known.Forget((ws, id));

    private async Task<AgentView?> Load((int Ws, Guid Id) key, CancellationToken ct)
    {
        await using var db = storage.Read(key.Ws);
        return await db.Table<Agent>().AsNoTracking()
            .Where(agent => agent.Ws == key.Ws && agent.Id == key.Id)
            .Select(agent => new AgentView(agent.Ws, agent.Id, agent.Name, agent.Role, agent.DisabledAt != null, agent.Capacity))
            .SingleOrDefaultAsync(ct);
    }
}
