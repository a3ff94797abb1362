using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.SingleSignOn;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary><c>DELETE /api/v1/session</c>: ends the session that asks, its sockets included. 204, or 200 with where to sign out at the provider.</summary>
internal static class SignOut
{
    /// <param name="SignOutUrl">Where to go to sign out at the provider too.</param>
    public sealed record Elsewhere(string SignOutUrl);

    public static async Task<IResult> Handle(Actor actor, AgentSessions sessions, SignOutThere there, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var session = context.Features.GetRequiredFeature<SignedInBy>();
        var next = await there.Address(actor.Ws, session.TokenHash, context, ct);
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            await sessions.End(unit, actor.Ws, actor.AgentId, session.TokenHash, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "session.ended", "agent", actor.AgentId.ToString(), null, stop);
            return true;
        }, ct);
        SessionCookie.Clear(context);
        return next is null ? TypedResults.NoContent() : TypedResults.Ok(new Elsewhere(next));
    }
}

/// <summary><c>GET /api/v1/session</c>: who am I, and what may I do?</summary>
internal static class ShowSession
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var name = await db.Table<Workspace>().Where(workspace => workspace.Ws == actor.Ws).Select(workspace => workspace.Name).SingleAsync(ct);
        return TypedResults.Ok(SessionView.Of(actor, name));
    }
}
