namespace Queqiao.Server.Routing.Assigning;

/// <summary>An agent who could take more.</summary>
/// <param name="Open">Conversations they hold.</param>
/// <param name="GivenAt">When they were last given one, in Unix milliseconds.</param>
internal sealed record Candidate(Guid Id, string Name, int Open, int Capacity, long GivenAt);

/// <summary>Who gets the next one: pure.</summary>
internal static class Choosing
{
    /// <summary>Least loaded first; among equals, whoever has waited longest. Null when everybody is full.</summary>
    public static Candidate? Pick(IEnumerable<Candidate> online) => online
        .Where(agent => agent.Open < agent.Capacity)
        .OrderBy(agent => (double)agent.Open / agent.Capacity)
        .ThenBy(agent => agent.GivenAt)
        .ThenBy(agent => agent.Id)
        .FirstOrDefault();
}
