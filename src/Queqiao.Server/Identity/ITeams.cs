namespace Queqiao.Server.Identity;

/// <summary>
/// What other modules may ask about teams. Tables that name a team refer to <c>team (ws, id)</c>; a team that was given up keeps its
/// row, so such a reference never breaks. Answers are a few seconds old at most, changes on this node show at once.
/// </summary>
internal interface ITeams
{
    /// <summary>A team that work can be given to; null when the workspace has none of that id, or has given it up.</summary>
    ValueTask<TeamView?> Find(int ws, Guid id, CancellationToken ct);

    /// <summary>Every team that was not given up, by name.</summary>
    ValueTask<IReadOnlyList<TeamView>> All(int ws, CancellationToken ct);

    /// <summary>Names of these teams, of those given up as well; unknown ids are left out.</summary>
    ValueTask<IReadOnlyDictionary<Guid, string>> Names(int ws, IReadOnlyCollection<Guid> ids, CancellationToken ct);

    /// <summary>Who is in a team or in a team below it. Empty for a team that is not there.</summary>
    ValueTask<IReadOnlySet<Guid>> Members(int ws, Guid id, CancellationToken ct);

    /// <summary>The teams an agent works for: those they are in and every team above those. What is queued for one of these is theirs to take.</summary>
    ValueTask<IReadOnlySet<Guid>> TeamsOf(int ws, Guid agentId, CancellationToken ct);
}

/// <summary>A team as other modules see one.</summary>
/// <param name="ParentId">The team above; null at the top.</param>
internal sealed record TeamView(int Ws, Guid Id, Guid? ParentId, string Name);
