namespace Queqiao.Server.Routing.Presence;

/// <summary>The words of presence.</summary>
internal static class PresenceStatus
{
    public const string Online = "online";

    /// <summary>At work on what they have, and given nothing new.</summary>
    public const string Busy = "busy";

    /// <summary>Not at the desk, and given nothing new.</summary>
    public const string Away = "away";

    public const string Offline = "offline";

    public static readonly IReadOnlyList<string> All = [Online, Busy, Away, Offline];
}

/// <summary>What is known of one agent. A lease: whoever is not renewed is offline.</summary>
/// <param name="Chosen">What the agent said.</param>
/// <param name="Since">When what others see last changed, in Unix milliseconds.</param>
/// <param name="GivenAt">When work was last given to them, in Unix milliseconds.</param>
/// <param name="Until">The end of the lease, in Unix milliseconds.</param>
/// <param name="IsHere">Whether their last console was on this node: one node notes each change.</param>
/// <param name="Shown">What others were told last.</param>
/// <param name="ShownReason">With which reason.</param>
/// <param name="IsOrphan">Whether they went with a node that was lost, and not because they left.</param>
/// <param name="TakenBack">Whether their waiting customers went back into the queue since they left.</param>
internal sealed record AgentStatus(
    int Ws, Guid AgentId, string Chosen, string? Reason, long Since, long GivenAt, long Until = 0, bool IsHere = false, string Shown = PresenceStatus.Offline, bool TakenBack = true,
    bool IsOrphan = false, string? ShownReason = null)
{
    public string At(long now) => Until > now ? Chosen : PresenceStatus.Offline;
}
