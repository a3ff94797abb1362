using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Teams;

/// <summary>A team as the API shows one.</summary>
/// <param name="ParentId">The team above.</param>
/// <param name="Members">Who is in the team itself, leads first.</param>
/// <param name="PeopleBelow">How many are in it and the teams below, each once.</param>
internal sealed record TeamRow(Guid Id, Guid? ParentId, string Name, IReadOnlyList<TeamPerson> Members, int PeopleBelow);

internal sealed record TeamPerson(Guid Id, string Name, bool Lead, bool Disabled);

internal sealed record TeamList(IReadOnlyList<TeamRow> Items);

/// <summary>What a team must look like.</summary>
internal static class TeamRules
{
    /// <summary>A tree is sent whole, and people have to find their way in it.</summary>
    public const int Most = 500;

    public const int Deepest = 8;
    public const int MostMembers = 1000;

    public static Refusal? CheckName(string name) => Refusal.Of(AgentRules.CheckName("name", name));

    public static string NameKey(string name) => AgentRules.EmailKey(name);
}
