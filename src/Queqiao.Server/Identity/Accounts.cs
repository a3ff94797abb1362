using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>Makes accounts without a browser, for whoever has the server's console: the command line and the demo.</summary>
internal static class Accounts
{
    /// <summary>What is wrong with the wish, by field; null when nothing is.</summary>
    public static Refusal? Check(string name, string email, string role, string locale, string password) => Refusal.Of([
        .. AgentRules.CheckName("name", name),
        .. AgentRules.CheckEmail(email),
        .. AgentRules.CheckRole(role),
        .. AgentRules.CheckLocale(locale),
        .. AgentRules.CheckPassword(password, email)]);

    /// <summary>Adds a checked account; on an empty store its workspace too.</summary>
    /// <param name="workspace">Name of the workspace, when it has to be made.</param>
    /// <returns>The new agent's id, or a refusal: <c>email_taken</c>.</returns>
    public static async Task<(Guid? Id, Refusal? Refusal)> Add(IStorageEngine storage, NewAgent account, string workspace, CancellationToken ct)
    {
        var by = AuditBy.System(FirstWorkspace.Ws);
        var begun = await FirstWorkspace.Create(storage, workspace, account, by, static (_, _) => true, ct);
        if (begun is not null)
            return (begun.Owner.Id, null);
        var (agent, refusal) = await account.Create(storage, by, ct);
        return (agent?.Id, refusal);
    }
}
