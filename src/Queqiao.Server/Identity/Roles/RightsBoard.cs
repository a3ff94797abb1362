using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>Roles of a workspace as they are.</summary>
internal sealed record WorkspaceRoles(IReadOnlyDictionary<string, RoleHeld> Roles, bool Separated, string TimeZone);

/// <summary>
/// Who may do what, ready to be asked. Rights are made anew only when a role, who has it, or the tree of teams changed: what was
/// compiled from them is kept as long as they are.
/// </summary>
internal sealed class RightsBoard : IRights
{
    /// <summary>How long another node's change may go unnoticed here when nobody tells (<see cref="AccessWatch"/> does).</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    private const int Most = 20_000;
    private const string Name = "rights";

    private readonly IStorageEngine _storage;
    private readonly TeamDirectory _teams;
    private readonly CacheNews? _news;
    private readonly FreshCache<int, WorkspaceRoles> _roles;
    private readonly FreshCache<(int Ws, Guid Agent), Kept> _agents;
    private readonly ConcurrentDictionary<(int Ws, Guid Agent), Kept> _made = new();

    private sealed record Kept(int Ws, string Key, AgentRights Rights);

    public RightsBoard(IStorageEngine storage, TeamDirectory teams, TimeProvider clock, CacheNews? news = null)
    {
        (_storage, _teams, _news) = (storage, teams, news);
        news?.Add(Name, key =>
        {
            if (int.TryParse(key, System.Globalization.CultureInfo.InvariantCulture, out var ws))
                Heard(ws);
        });
        _roles = new(clock, FreshFor);
        _agents = new(clock, FreshFor);
        teams.TreeChanged += Tell;
    }

    public event Action<int>? Changed;

    public async ValueTask<AgentRights?> Of(int ws, Guid agentId, CancellationToken ct) => (await _agents.Get((ws, agentId), Load, ct))?.Rights;

    public async ValueTask<AgentRights> OfRoles(int ws, IReadOnlyCollection<string> roles, Guid? @as, CancellationToken ct)
    {
        var known = await Roles(ws, ct);
        var reach = @as is { } agent ? (await _teams.Tree(ws, ct)).ReachOf(agent) : TeamReach.Nowhere;
        return new AgentRights([.. roles.Distinct().Where(known.Roles.ContainsKey).Select(id => known.Roles[id])], reach, known.Separated, known.TimeZone);
    }

    public async ValueTask<WorkspaceRoles> Roles(int ws, CancellationToken ct) => (await _roles.Get(ws, LoadRoles, ct))!;

    /// <summary>Something about who may do what changed in a workspace, here or on another node.</summary>
    public void Tell(int ws)
    {
        Heard(ws);
        _news?.Tell(Name, ws.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private void Heard(int ws)
    {
        _roles.Forget(ws);
        _agents.ForgetWhere(kept => kept.Ws == ws);
        Changed?.Invoke(ws);
    }

    private async Task<Kept?> Load((int Ws, Guid Agent) who, CancellationToken ct)
    {
        var known = await Roles(who.Ws, ct);
        List<string>? held;
        await using (var db = _storage.Read(who.Ws))
            held = await HeldRoles.Ids(db, who.Ws, who.Agent, ct);
        if (held is null)
            return null;
        RoleHeld[] roles = [.. held.Where(known.Roles.ContainsKey).Select(id => known.Roles[id])];
        var reach = (await _teams.Tree(who.Ws, ct)).ReachOf(who.Agent);
        var rights = new AgentRights(roles, reach, known.Separated, known.TimeZone);
        var key = rights.Whole.Stamp + known.TimeZone;
        if (_made.TryGetValue(who, out var before) && before.Key == key)
            return before; // nothing changed: what was compiled from it still holds
        if (_made.Count >= Most)
            _made.Clear();
        return _made[who] = new Kept(who.Ws, key, rights);
    }

    private async Task<WorkspaceRoles?> LoadRoles(int ws, CancellationToken ct)
    {
        await using var db = _storage.Read(ws);
        var roles = await HeldRoles.All(db, ws, ct);
        var separated = await db.Table<AccessState>().AsNoTracking().Where(state => state.Ws == ws).Select(state => state.Separated).SingleOrDefaultAsync(ct);
        var zone = await db.Table<Workspace>().Where(workspace => workspace.Ws == ws).Select(workspace => workspace.TimeZone).SingleOrDefaultAsync(ct);
        return new WorkspaceRoles(roles, separated, zone ?? "Asia/Shanghai");
    }
}
