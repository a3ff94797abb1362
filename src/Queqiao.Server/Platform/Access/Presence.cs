namespace Queqiao.Server.Platform.Access;

/// <summary>Whose console is connected to this node now. The gateway knows; without a gateway nobody's is.</summary>
internal interface IAgentPresence
{
    bool IsOnline(int ws, Guid agentId);

    /// <summary>Everybody with a console here.</summary>
    IReadOnlyCollection<(int Ws, Guid AgentId)> Connected { get; }

    /// <summary>Somebody's first console came or last one went. Must be quick.</summary>
    event Action<int, Guid, bool>? Changed;

    /// <summary>Sends a frame to every console of a workspace on this node.</summary>
    void Tell(int ws, ReadOnlyMemory<byte> frame);
}

internal sealed class NobodyPresent : IAgentPresence
{
    public bool IsOnline(int ws, Guid agentId) => false;

    public IReadOnlyCollection<(int Ws, Guid AgentId)> Connected => [];

    public event Action<int, Guid, bool>? Changed
    {
        add { }
        remove { }
    }

    public void Tell(int ws, ReadOnlyMemory<byte> frame)
    {
        // nobody listens
    }
}
