using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Queueing;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Assigning;
using Queqiao.Server.Routing.Presence;
using Queqiao.Server.Routing.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Routing;

/// <summary>Consoles that a test opens and shuts.</summary>
internal sealed class Consoles : IAgentPresence
{
    private readonly HashSet<(int, Guid)> _open = [];

    public IReadOnlyCollection<(int Ws, Guid AgentId)> Connected => [.. _open];

    public event Action<int, Guid, bool>? Changed;

    public List<string> Told { get; } = [];

    public bool IsOnline(int ws, Guid agentId) => _open.Contains((ws, agentId));

    public void Tell(int ws, ReadOnlyMemory<byte> frame) => Told.Add(System.Text.Encoding.UTF8.GetString(frame.Span));

    public void Open(Guid agent)
    {
        _open.Add((1, agent));
        Changed?.Invoke(1, agent, true);
    }

    public void Shut(Guid agent)
    {
        _open.Remove((1, agent));
        Changed?.Invoke(1, agent, false);
    }
}

/// <summary>The routing of one node, driven by hand: nothing runs by itself.</summary>
internal sealed class Office : IAgents, ITeams, IDisposable
{
    private readonly Dictionary<Guid, AgentView> _agents;
    private readonly QueueNews _news = new();

    public Office(Store store, Node node)
    {
        _agents = new[] { store.Lin, store.Wang }.ToDictionary(person => person.Id, person => new AgentView(1, person.Id, person.Name, "agent", false, 2));
        Queue = new ConversationQueue(node.Engine, node.Log, _news, new HolderSight(Everybody.Instance, node.Engine));
        Statuses = new AgentStatuses(node.Engine, Consoles, store.Ids, NullLogger<AgentStatuses>.Instance);
        Settings = new RoutingSettings(node.Engine, store.Clock);
        Assigner = new Assigner(node.Engine, Queue, Statuses, Settings, this, this, store.Ids, NullLogger<Assigner>.Instance);
    }

    public Consoles Consoles { get; } = new();

    public ConversationQueue Queue { get; }

    public AgentStatuses Statuses { get; }

    public RoutingSettings Settings { get; }

    public Assigner Assigner { get; }

    public Dictionary<Guid, HashSet<Guid>> Teams { get; } = [];

    public static async Task Automatic(Store store, TimeSpan? requeueAfter = null) => await store.Node.Engine.Run(1, async (unit, ct) =>
    {
        unit.Db.Table<RoutingSetting>().Add(new RoutingSetting { Ws = 1, Mode = RoutingMode.Automatic, RequeueAfter = (long?)requeueAfter?.TotalMilliseconds, ChangedAt = 1 });
        return await unit.Db.SaveChangesAsync(ct);
    }, CancellationToken.None);

    public static async Task<Guid> AddTeam(Store store, Office office, Guid member)
    {
        var id = store.Ids.New();
        office.Teams[id] = [member];
        await store.Node.Engine.Run(1, async (unit, ct) =>
        {
            unit.Db.Table<Server.Identity.Storage.Team>().Add(new() { Ws = 1, Id = id, Name = "team", NameKey = "team", CreatedAt = 1 });
            return await unit.Db.SaveChangesAsync(ct);
        }, CancellationToken.None);
        return id;
    }

    /// <summary>Presence, then one look at what waits.</summary>
    public async Task<int> Turn()
    {
        await Statuses.Turn(CancellationToken.None);
        return await Assigner.Turn(1, CancellationToken.None);
    }

    public void Capacity(Guid agent, int most) => _agents[agent] = _agents[agent] with { Capacity = most };

    public static async Task<List<ConversationHead>> Heads(Store store)
    {
        await using var db = store.Node.Engine.ReadSystem();
        return await db.Visible(Scope<ConversationHead>.Everything("a test looks")).OrderBy(head => head.CreatedAt).ThenBy(head => head.Id).ToListAsync();
    }

    public ValueTask<AgentView?> Find(int ws, Guid id, CancellationToken ct) => ValueTask.FromResult(_agents.GetValueOrDefault(id));

    ValueTask<TeamView?> ITeams.Find(int ws, Guid id, CancellationToken ct) => ValueTask.FromResult(Teams.ContainsKey(id) ? new TeamView(ws, id, null, "team") : null);

    public ValueTask<IReadOnlyList<TeamView>> All(int ws, CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<TeamView>>([]);

    public ValueTask<IReadOnlyDictionary<Guid, string>> Names(int ws, IReadOnlyCollection<Guid> ids, CancellationToken ct) =>
        ValueTask.FromResult<IReadOnlyDictionary<Guid, string>>(new Dictionary<Guid, string>());

    public ValueTask<IReadOnlySet<Guid>> Members(int ws, Guid id, CancellationToken ct) => ValueTask.FromResult<IReadOnlySet<Guid>>(Teams.GetValueOrDefault(id) ?? []);

    public ValueTask<IReadOnlySet<Guid>> TeamsOf(int ws, Guid agentId, CancellationToken ct) =>
        ValueTask.FromResult<IReadOnlySet<Guid>>(Teams.Where(team => team.Value.Contains(agentId)).Select(team => team.Key).ToHashSet());

    public void Dispose()
    {
        Assigner.Dispose();
        Statuses.Dispose();
    }

    /// <summary>Everybody here is an agent of the built-in role.</summary>
    private sealed class Everybody : Server.Platform.Access.IRights
    {
        public static readonly Everybody Instance = new();

        public event Action<int>? Changed
        {
            add { }
            remove { }
        }

        public ValueTask<Server.Platform.Access.AgentRights?> Of(int ws, Guid agentId, CancellationToken ct) => new(Agents);

        public ValueTask<Server.Platform.Access.AgentRights> OfRoles(int ws, IReadOnlyCollection<string> roles, Guid? @as, CancellationToken ct) => new(Agents);

        private static readonly Server.Platform.Access.AgentRights Agents =
            new([Server.Platform.Access.BuiltInRoles.Find("agent")!], Server.Platform.Access.TeamReach.Nowhere, separated: false, "Asia/Shanghai");
    }
}
