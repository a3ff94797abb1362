namespace Queqiao.Server.Platform.Outbound;

/// <summary>
/// The guard said no, and will say no again: trying later is useless. <see cref="Code"/> is one of <c>scheme</c>, <c>user_info</c>,
/// <c>port</c>, <c>address</c> (leads to a network that is not public), <c>redirects</c> (too many, or to a place that must not get
/// this request) and <c>too_large</c>.
/// </summary>
public sealed class OutboundRefusedException(string code, string detail) : HttpRequestException($"Outbound request refused ({code}): {detail}")
{
    public string Code { get; } = code;
}
