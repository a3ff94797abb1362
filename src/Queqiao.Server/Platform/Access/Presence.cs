namespace Queqiao.Server.Platform.Access;

/// <summary>Who is here now. The gateway knows; without a gateway nobody is.</summary>
internal interface IAgentPresence
{
    bool IsOnline(int ws, Guid agentId);
}

internal sealed class NobodyPresent : IAgentPresence
{
    public bool IsOnline(int ws, Guid agentId) => false;
}
