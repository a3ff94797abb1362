using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

/// <summary><c>POST /api/v1/agents</c></summary>
internal static class CreateAgent
{
    public sealed record Request(string Name, string Email, string Role, string Password);

    public static async Task<IResult> Handle(
        Request request, Actor actor, PasswordHashing passwords, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        if (!AgentRules.MayGrant(actor.Role, request.Role))
            return Refusal.Forbidden("role_above_own").ToProblem();
        var (hash, busy) = await passwords.Hash(request.Password, ct);
        if (hash is null)
            return busy!.ToProblem();

        var account = new NewAgent(request.Email, request.Name, request.Role, Locale.Of(context).Tag, hash);
        var (agent, refusal) = await account.Create(storage, AuditBy.Agent(actor, context), ct);
        return agent is null
            ? refusal!.ToProblem()
            : TypedResults.Created($"/api/v1/agents/{agent.Id}", AgentRow.New(agent));
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. AgentRules.CheckName("name", request.Name),
        .. AgentRules.CheckEmail(request.Email),
        .. AgentRules.CheckRole(request.Role),
        .. AgentRules.CheckPassword(request.Password, request.Email)]);
}
