using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Profile;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Workspaces;

/// <summary>The firm's settings.</summary>
/// <param name="SecondFactor"><c>optional</c> or <c>required</c>.</param>
/// <param name="WithoutSecondFactor">Colleagues who have not set one up.</param>
/// <param name="PublicUrl">What links to the outside begin with; null while nobody has said it (<c>--public-url</c>).</param>
internal sealed record WorkspaceView(Guid Id, string Name, string TimeZone, string Locale, string SecondFactor, int WithoutSecondFactor, string? PublicUrl, DateTimeOffset CreatedAt)
{
    public static async Task<WorkspaceView> Of(QueqiaoDb db, Workspace workspace, PublicUrl url, CancellationToken ct)
    {
        var ws = workspace.Ws;
        var without = await db.Table<Agent>().CountAsync(agent => agent.Ws == ws && agent.DisabledAt == null
            && !db.Table<SecondFactor>().Any(factor => factor.Ws == ws && factor.AgentId == agent.Id && factor.ConfirmedAt != null)
            && !db.Table<Passkey>().Any(passkey => passkey.Ws == ws && passkey.AgentId == agent.Id), ct);
        return new(workspace.Id, workspace.Name, workspace.TimeZone, workspace.Locale, workspace.SecondFactor, without, url.Configured, Instants.Of(workspace.CreatedAt));
    }
}

/// <summary><c>GET /api/v1/workspace</c></summary>
internal static class ShowWorkspace
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, PublicUrl url, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var workspace = await db.Table<Workspace>().AsNoTracking().SingleAsync(workspace => workspace.Ws == actor.Ws, ct);
        return TypedResults.Ok(await WorkspaceView.Of(db, workspace, url, ct));
    }
}

/// <summary><c>PATCH /api/v1/workspace</c>: what is given replaces what was. Another policy for the second factor needs a recent proof.</summary>
internal static class ChangeWorkspace
{
    private static readonly string[] Policies = ["optional", "required"];

    public sealed record Request(string? Name = null, string? TimeZone = null, string? Locale = null, string? SecondFactor = null);

    public static async Task<IResult> Handle(Request request, Actor actor, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        if (request.SecondFactor is not null && !await context.ProvenRecently())
            return Refusal.Forbidden("proof_required").ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var workspace = await unit.Db.Table<Workspace>().SingleAsync(workspace => workspace.Ws == actor.Ws, stop);
            var news = new Dictionary<string, object>(StringComparer.Ordinal);
            Set("name", request.Name?.Trim(), workspace.Name, value => workspace.Name = value);
            Set("timeZone", request.TimeZone, workspace.TimeZone, value => workspace.TimeZone = value);
            Set("locale", request.Locale, workspace.Locale, value => workspace.Locale = value);
            Set("secondFactor", request.SecondFactor, workspace.SecondFactor, value => workspace.SecondFactor = value);
            if (news.Count > 0)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "workspace.changed", "workspace", workspace.Id.ToString(), news, stop);
            return TypedResults.Ok(await WorkspaceView.Of(unit.Db, workspace, url, stop));

            void Set(string member, string? wanted, string now, Action<string> write)
            {
                if (wanted is null || wanted == now)
                    return;
                news[member] = new { from = now, to = wanted };
                write(wanted);
            }
        }, ct);
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. request.Name is { } name ? AgentRules.CheckName("name", name) : [],
        .. AgentRules.CheckLocale(request.Locale),
        .. AgentRules.When(request.TimeZone is { } zone && !TimeZones.IsKnown(zone), "timeZone", new FieldFault("invalid_time_zone")),
        .. AgentRules.When(request.SecondFactor is { } policy && !Policies.Contains(policy), "secondFactor", new FieldFault("not_one_of", string.Join(", ", Policies)))]);
}
