using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary><c>POST /api/v1/keys/rotation</c>: a new key for what the workspaces of this server seal from now on, as <c>queqiao keys rotate workspaces</c> does.</summary>
internal static class RotateKeys
{
    public sealed record Rotated(long People);

    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (storage.Vault.Roots is not LocalRootKeys local)
            return Refusal.Conflict("keys_elsewhere").ToProblem();
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            await Audit.Record(unit, AuditBy.Agent(actor, context), "keys.rotated", "workspace", actor.WorkspaceId.ToString(), null, stop);
            return 0;
        }, ct);
        return TypedResults.Ok(new Rotated(await new KeyRotation(storage, local).Workspaces(ct)));
    }
}
