using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Teams;

internal sealed class TeamDirectory(IStorageEngine storage, TimeProvider clock, CacheNews? news = null) : ITeams
{
    private readonly FreshCache<int, TeamTree> _trees = new(clock, TimeSpan.FromSeconds(5), news, "teams");

    /// <summary>The tree as it was a few seconds ago at most.</summary>
    public async ValueTask<TeamTree> Tree(int ws, CancellationToken ct) => (await _trees.Get(ws, Load, ct))!;

    public event Action<int>? TreeChanged;

    public void Changed(int ws)
    {
        Forget(ws);
        TreeChanged?.Invoke(ws);
    }

    /// <summary>It changed on another node, which says itself what follows.</summary>
    public void Forget(int ws) => _trees.Forget(ws);

    public async ValueTask<TeamView?> Find(int ws, Guid id, CancellationToken ct) =>
        (await Tree(ws, ct)).Find(id) is { } team ? new TeamView(ws, team.Id, team.ParentId, team.Name) : null;

    public async ValueTask<IReadOnlyList<TeamView>> All(int ws, CancellationToken ct) =>
        [.. (await Tree(ws, ct)).Current.OrderBy(team => team.Name, StringComparer.Ordinal).Select(team => new TeamView(ws, team.Id, team.ParentId, team.Name))];

    public async ValueTask<IReadOnlyDictionary<Guid, string>> Names(int ws, IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        var tree = await Tree(ws, ct);
        return ids.Distinct().Where(id => tree.NameOf(id) is not null).ToDictionary(id => id, id => tree.NameOf(id)!);
    }

    public async ValueTask<IReadOnlySet<Guid>> Members(int ws, Guid id, CancellationToken ct) => (await Tree(ws, ct)).PeopleOf(id);

    public async ValueTask<IReadOnlySet<Guid>> TeamsOf(int ws, Guid agentId, CancellationToken ct) => (await Tree(ws, ct)).TeamsOf(agentId);

    private async Task<TeamTree?> Load(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await Load(db, ws, ct);
    }

    /// <summary>The tree inside a transaction, as it is there.</summary>
    public static async Task<TeamTree> Load(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var teams = await db.Table<Team>().AsNoTracking().Where(team => team.Ws == ws)
            .Select(team => new TeamTree.Node(team.Id, team.ParentId, team.Name, team.DeletedAt != null)).ToListAsync(ct);
        var members = await db.Table<TeamMember>().AsNoTracking().Where(member => member.Ws == ws)
            .Select(member => new TeamTree.Person(member.TeamId, member.AgentId, member.Lead)).ToListAsync(ct);
        return new TeamTree(teams, members);
    }
}
