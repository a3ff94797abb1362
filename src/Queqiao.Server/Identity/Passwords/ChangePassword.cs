using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Passwords;

/// <summary><c>POST /api/v1/me/password</c>: one's own. Ends one's other sessions.</summary>
internal static class ChangePassword
{
    public sealed record Request(string Current, string Password);

    public static async Task<IResult> Handle(
        Request request, Actor actor, PasswordCheck check, PasswordHashing passwords, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await check.Refuse(actor, "current", request.Current, context, ct) is { } wrong)
            return wrong.ToProblem();
        if (Refusal.Of(AgentRules.CheckPassword(request.Password, actor.Email)) is { } invalid)
            return invalid.ToProblem();
        var (hash, busy) = await passwords.Hash(request.Password, ct);
        if (hash is null)
            return busy!.ToProblem();
        var session = context.Features.GetRequiredFeature<SignedInBy>();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await unit.Db.Table<Agent>().Where(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId)
                .ExecuteUpdateAsync(set => set.SetProperty(agent => agent.PasswordHash, hash), stop);
            var ended = await sessions.EndAll(unit, actor.Ws, actor.AgentId, session.TokenHash, stop);
            await Proofs.Note(unit, session.TokenHash, withSecondFactor: false, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "agent.password_changed", "agent", actor.AgentId.ToString(), new { sessionsEnded = ended }, stop);
            unit.AfterCommit(() => sessions.Changed(session.TokenHash));
            return TypedResults.NoContent();
        }, ct);
    }
}
