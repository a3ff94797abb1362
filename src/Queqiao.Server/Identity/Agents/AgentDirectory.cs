using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

internal sealed class AgentDirectory : IAgents
{
    private readonly IStorageEngine _storage;
    private readonly IRights _rights;

    private readonly FreshCache<(int Ws, Guid Id), AgentView> _known;

    public AgentDirectory(IStorageEngine storage, IRights rights, TimeProvider clock, CacheNews? news = null)
    {
        (_storage, _rights) = (storage, rights);
        _known = new(clock, TimeSpan.FromSeconds(5), news, "agents");
        rights.Changed += ws => _known.ForgetWhere(agent => agent.Ws == ws);
    }

    public ValueTask<AgentView?> Find(int ws, Guid id, CancellationToken ct) => _known.Get((ws, id), Load, ct);

    public async ValueTask<string?> AddressOf(int ws, Guid id, CancellationToken ct)
    {
        await using var db = _storage.Read(ws);
        return await db.Table<Agent>().Where(agent => agent.Ws == ws && agent.Id == id && agent.DisabledAt == null).Select(agent => agent.Email).SingleOrDefaultAsync(ct);
    }

    public void Changed(int ws, Guid id) => _known.Forget((ws, id));

    private async Task<AgentView?> Load((int Ws, Guid Id) key, CancellationToken ct)
    {
        await using var db = _storage.Read(key.Ws);
        var agent = await db.Table<Agent>().AsNoTracking()
            .Where(agent => agent.Ws == key.Ws && agent.Id == key.Id)
            .Select(agent => new AgentView(agent.Ws, agent.Id, agent.Name, agent.Role, agent.DisabledAt != null, agent.Capacity, true))
            .SingleOrDefaultAsync(ct);
        return agent is null or { Disabled: true } ? agent : agent with { Handles = (await _rights.Of(key.Ws, key.Id, ct))?.Whole.May(Permissions.Reply) == true };
    }
}
