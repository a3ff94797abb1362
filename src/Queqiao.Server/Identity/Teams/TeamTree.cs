using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Identity.Teams;

/// <summary>The teams of one workspace and who is in them, as they were when they were read.</summary>
internal sealed class TeamTree
{
    private readonly Dictionary<Guid, Node> _teams;
    private readonly ILookup<Guid, Node> _below;
    private readonly Dictionary<Guid, Person[]> _members;

    public TeamTree(IEnumerable<Node> teams, IEnumerable<Person> members)
    {
        _teams = teams.ToDictionary(team => team.Id);
        _below = _teams.Values.Where(team => team.ParentId is not null && !team.Deleted).ToLookup(team => team.ParentId!.Value);
        _members = members.GroupBy(member => member.TeamId).ToDictionary(team => team.Key, team => team.ToArray());
    }

    internal sealed record Node(Guid Id, Guid? ParentId, string Name, bool Deleted);

    internal sealed record Person(Guid TeamId, Guid AgentId, bool Lead);

    public IEnumerable<Node> Current => _teams.Values.Where(team => !team.Deleted);

    public Node? Find(Guid id) => _teams.GetValueOrDefault(id) is { Deleted: false } team ? team : null;

    /// <summary>Of a team that was given up as well.</summary>
    public string? NameOf(Guid id) => _teams.GetValueOrDefault(id)?.Name;

    /// <summary>Who is in the team itself.</summary>
    public IReadOnlyList<Person> MembersOf(Guid id) => _members.GetValueOrDefault(id, []);

    /// <summary>The team and every team below it.</summary>
    public IReadOnlySet<Guid> WithBelow(Guid id)
    {
        var found = new HashSet<Guid>();
        if (Find(id) is null)
            return found;
        var open = new Stack<Guid>([id]);
        while (open.TryPop(out var at))
        {
            if (found.Add(at)) // a cycle cannot be made, but must not hang a server either
                _below[at].ToList().ForEach(team => open.Push(team.Id));
        }
        return found;
    }

    /// <summary>The team and every team above it.</summary>
    public IReadOnlySet<Guid> WithAbove(Guid id)
    {
        var found = new HashSet<Guid>();
        for (var at = Find(id); at is not null && found.Add(at.Id);)
            at = at.ParentId is { } parent ? Find(parent) : null;
        return found;
    }

    /// <summary>How deep a team stands: 1 at the top.</summary>
    public int DepthOf(Guid id) => WithAbove(id).Count;

    /// <summary>How many levels hang at a team, itself included.</summary>
    public int HeightOf(Guid id) => Find(id) is null ? 0 : 1 + _below[id].Select(team => HeightOf(team.Id)).DefaultIfEmpty(0).Max();

    /// <summary>Whether a team may stand below another: not below itself or what hangs at it.</summary>
    public bool MayMove(Guid id, Guid? below) => below is null || !WithBelow(id).Contains(below.Value);

    public IReadOnlySet<Guid> PeopleOf(Guid id) => WithBelow(id).SelectMany(MembersOf).Select(member => member.AgentId).ToHashSet();

    /// <summary>Where somebody stands, for what scopes over teams show them.</summary>
    public TeamReach ReachOf(Guid agentId)
    {
        var own = Current.Where(team => MembersOf(team.Id).Any(member => member.AgentId == agentId)).Select(team => team.Id).ToHashSet();
        if (own.Count == 0)
            return TeamReach.Nowhere;
        var below = own.SelectMany(WithBelow).ToHashSet();
        return new TeamReach(own.SelectMany(WithAbove).ToHashSet(), own, People(own), below, People(below));

        HashSet<Guid> People(HashSet<Guid> teams) => [.. teams.SelectMany(MembersOf).Select(member => member.AgentId)];
    }

    public IReadOnlySet<Guid> TeamsOf(Guid agentId) =>
        _members.Where(team => team.Value.Any(member => member.AgentId == agentId)).SelectMany(team => WithAbove(team.Key)).ToHashSet();
}
