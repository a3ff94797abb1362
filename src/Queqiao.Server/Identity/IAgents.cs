namespace Queqiao.Server.Identity;

/// <summary>What other modules may ask about the people who work here. Answers are a few seconds old at most, changes on this node show at once.</summary>
internal interface IAgents
{
    /// <summary>Null when the workspace has no such agent.</summary>
    ValueTask<AgentView?> Find(int ws, Guid id, CancellationToken ct);

    /// <summary>Where a colleague gets mail; null when the workspace has no such agent, or they no longer work here.</summary>
    ValueTask<string?> AddressOf(int ws, Guid id, CancellationToken ct) => default;
}

/// <summary>A colleague as other modules see one.</summary>
/// <param name="Role">The first of their roles: a built-in role's name or an id.</param>
/// <param name="Disabled">No longer works here: nothing can be assigned to them.</param>
/// <param name="Capacity">Conversations that may be given to them at once.</param>
/// <param name="Handles">Whether their roles let them answer: only then anything can be assigned to them.</param>
internal sealed record AgentView(int Ws, Guid Id, string Name, string Role, bool Disabled, int Capacity = 5, bool Handles = true);
