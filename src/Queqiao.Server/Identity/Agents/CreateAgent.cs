using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

/// <summary><c>POST /api/v1/agents</c></summary>
internal static class CreateAgent
{
    /// <param name="Role">A role's id; or several by <paramref name="Roles"/>.</param>
    public sealed record Request(string Name, string Email, string Password, string? Role = null, IReadOnlyList<string>? Roles = null);

    public static async Task<IResult> Handle(
        Request request, Actor actor, PasswordHashing passwords, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        var wanted = RoleChoice.Of(request.Role, request.Roles)!;
        await using (var db = storage.Read(actor.Ws))
        {
            if ((await RoleChoice.Read(db, actor, wanted, ct)).Refusal is { } refused)
                return refused.ToProblem();
        }
        var (hash, busy) = await passwords.Hash(request.Password, ct);
        if (hash is null)
            return busy!.ToProblem();

        var account = new NewAgent(request.Email, request.Name, HeldRoles.First(wanted), Locale.Of(context).Tag, hash) { Roles = wanted };
        var (agent, refusal) = await account.Create(storage, AuditBy.Agent(actor, context), ct);
        return agent is null
            ? refusal!.ToProblem()
            : TypedResults.Created($"/api/v1/agents/{agent.Id}", AgentRow.New(agent, wanted));
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. AgentRules.CheckName("name", request.Name),
        .. AgentRules.CheckEmail(request.Email),
        .. RoleChoice.Check(request.Role, request.Roles, required: true),
        .. AgentRules.CheckPassword(request.Password, request.Email)]);
}
