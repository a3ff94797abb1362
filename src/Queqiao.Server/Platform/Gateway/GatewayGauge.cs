using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>How many are connected to this node, for the registry.</summary>
internal sealed class GatewayGauge(Gateway gateway) : INodeGauge
{
    public NodeFacts Add(NodeFacts facts) => facts with { Connections = gateway.Connections };
}
