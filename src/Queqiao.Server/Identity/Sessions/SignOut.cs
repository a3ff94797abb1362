using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary><c>DELETE /api/v1/session</c>: ends the session that asks, its sockets included.</summary>
internal static class SignOut
{
    public static async Task<IResult> Handle(Actor actor, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var session = context.Features.GetRequiredFeature<SignedInBy>();
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            await sessions.End(unit, actor.Ws, actor.AgentId, session.TokenHash, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "session.ended", "agent", actor.AgentId.ToString(), null, stop);
            return true;
        }, ct);
        SessionCookie.Clear(context);
        return TypedResults.NoContent();
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
