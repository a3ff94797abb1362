using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing;

/// <summary>The history of presence, for who knows what happened before this server did.</summary>
internal interface IPresenceHistory
{
    /// <param name="unit">Of the deed.</param>
    /// <param name="moments">One of an agent's at each instant; <c>online</c>, <c>busy</c>, <c>away</c> or <c>offline</c>.</param>
    void Enter(WriteUnit unit, IEnumerable<PresenceMoment> moments);
}

/// <param name="At">In Unix milliseconds.</param>
internal sealed record PresenceMoment(Guid AgentId, long At, string Status, string? Reason = null);

internal sealed class PresenceHistoryBook : IPresenceHistory
{
    public void Enter(WriteUnit unit, IEnumerable<PresenceMoment> moments) => unit.Db.Table<PresenceChange>()
        .AddRange(moments.Select(one => new PresenceChange { Ws = unit.Ws, AgentId = one.AgentId, At = one.At, Status = one.Status, Reason = one.Reason }));
}
