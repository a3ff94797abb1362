using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Devices;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>How somebody comes in.</summary>
/// <param name="Method">By what: <c>password</c>, <c>sso</c>, <c>passkey</c>, <c>link</c>.</param>
/// <param name="WithSecondFactor">Whether a second factor was proven too, or this browser stands in for it.</param>
/// <param name="LimitedTo">What has to be done first; null: nothing.</param>
/// <param name="Remember">Let this browser stand in for the second factor from now on.</param>
internal sealed record Entering(string Method, bool WithSecondFactor = false, string? LimitedTo = null, bool Remember = false);

/// <param name="Token">For the browser; it is nowhere else.</param>
/// <param name="Device">The browser.</param>
/// <param name="IsNew">It was not known.</param>
internal sealed record EnteredBy(string Token, Guid Device, bool IsNew);

/// <summary>The one door of all ways to sign in: knows the browser, keeps to the number of sessions, begins one.</summary>
internal sealed class Entrance(AgentSessions sessions, KnownDevices devices)
{
    /// <summary>In the transaction of the sign-in.</summary>
    public async Task<EnteredBy> Open(WriteUnit unit, Guid agent, HttpContext context, Entering how, CancellationToken ct)
    {
        var policy = await SignInPolicies.Read(unit.Db, unit.Ws, ct);
        var (device, isNew) = await devices.Arrive(unit, agent, context, how is { Remember: true, WithSecondFactor: true } ? policy.Trust : null, ct);
        if (policy.Sessions.MostSessions is { } most)
            await EndLeastUsed(unit, agent, most, ct);
        var token = sessions.Begin(unit, unit.Ws, agent, context, how.WithSecondFactor, how.LimitedTo, how.Method, device);
        return new EnteredBy(token, device, isNew);
    }

    /// <summary>So that with the new one there are as many as are allowed.</summary>
    private async Task EndLeastUsed(WriteUnit unit, Guid agent, int most, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var ending = await unit.Db.Table<Session>().AsNoTracking()
            .Where(session => session.Ws == unit.Ws && session.AgentId == agent && session.RevokedAt == null && session.ExpiresAt > now)
            .OrderByDescending(session => session.LastSeenAt).ThenByDescending(session => session.CreatedAt).Skip(most - 1).Select(session => session.TokenHash).ToListAsync(ct);
        foreach (var hash in ending)
            await sessions.End(unit, unit.Ws, agent, hash, ct);
    }
}
