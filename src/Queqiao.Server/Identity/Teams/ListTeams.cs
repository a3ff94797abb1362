using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Teams;

/// <summary><c>GET /api/v1/teams</c>: the whole tree, parents before their children, siblings by name.</summary>
internal static class ListTeams
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var tree = await TeamDirectory.Load(db, actor.Ws, ct);
        var names = await Names(db, actor.Ws, ct);
        var reach = actor.Rights.Reach;
        return TypedResults.Ok(new TeamList([.. InOrder(tree).Where(team => actor.Rights.KnowsEverybody || reach.Tree.Contains(team.Id)).Select(team => Row(tree, team, names))]));
    }

    public static Task<Dictionary<Guid, (string Name, bool Disabled)>> Names(QueqiaoDb db, int ws, CancellationToken ct) => db.Table<Agent>().AsNoTracking()
        .Where(agent => agent.Ws == ws)
        .Select(agent => new { agent.Id, agent.Name, Disabled = agent.DisabledAt != null })
        .ToDictionaryAsync(agent => agent.Id, agent => (agent.Name, agent.Disabled), ct);

    public static TeamRow Row(TeamTree tree, TeamTree.Node team, IReadOnlyDictionary<Guid, (string Name, bool Disabled)> names) => new(
        team.Id, team.ParentId, team.Name,
        [.. tree.MembersOf(team.Id)
            .Select(member => new TeamPerson(member.AgentId, names[member.AgentId].Name, member.Lead, names[member.AgentId].Disabled))
            .OrderByDescending(member => member.Lead).ThenBy(member => member.Name, StringComparer.Ordinal)],
        tree.PeopleOf(team.Id).Count);

    private static IEnumerable<TeamTree.Node> InOrder(TeamTree tree)
    {
        var below = tree.Current.OrderBy(team => team.Name, StringComparer.Ordinal).ToLookup(team => team.ParentId is { } parent && tree.Find(parent) is not null ? parent : (Guid?)null);
        return Under(null);

        IEnumerable<TeamTree.Node> Under(Guid? parent) => below[parent].SelectMany(team => Under(team.Id).Prepend(team));
    }
}
