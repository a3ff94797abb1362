using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Profile;

/// <summary>One's own account.</summary>
/// <param name="TimeZone">Null: the workspace's, which is <paramref name="WorkspaceTimeZone"/>.</param>
/// <param name="Color">Of the circle with one's initial; null: by name.</param>
/// <param name="Signature">Stands below what one writes by mail.</param>
internal sealed record ProfileView(
    Guid Id, string Name, string Email, string Role, string Locale, string? TimeZone, string WorkspaceTimeZone, string? Color, string? Signature, int Capacity,
    IReadOnlyList<AgentTeam> Teams, Notifications Notifications)
{
    public static ProfileView Of(Agent agent, TeamTree tree, string workspaceTimeZone) => new(
        agent.Id, agent.Name, agent.Email, agent.Role, agent.Locale, agent.TimeZone, workspaceTimeZone, agent.Color, agent.Signature, agent.Capacity,
        [.. tree.Current.SelectMany(team => tree.MembersOf(team.Id).Where(member => member.AgentId == agent.Id).Select(member => new AgentTeam(team.Id, team.Name, member.Lead)))],
        Notifications.Read(agent.Notifications));
}

/// <summary><c>GET /api/v1/me</c></summary>
internal static class ShowProfile
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var agent = await db.Table<Agent>().AsNoTracking().SingleAsync(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId, ct);
        return TypedResults.Ok(ProfileView.Of(agent, await TeamDirectory.Load(db, actor.Ws, ct), await TimeZone(db, actor.Ws, ct)));
    }

    public static Task<string> TimeZone(QueqiaoDb db, int ws, CancellationToken ct) =>
        db.Table<Workspace>().Where(workspace => workspace.Ws == ws).Select(workspace => workspace.TimeZone).SingleAsync(ct);
}

/// <summary><c>PATCH /api/v1/me</c>: what is given replaces what was; null takes time zone, colour or signature away.</summary>
internal static partial class ChangeProfile
{
    private const int MostSignature = 2000;

    public sealed record Request(string? Name = null, string? Locale = null, Notifications? Notifications = null)
    {
        private readonly HashSet<string> _given = [];

        public string? TimeZone
        {
            get;
            init
            {
                field = value;
                _given.Add(nameof(TimeZone));
            }
        }

        public string? Color
        {
            get;
            init
            {
                field = value;
                _given.Add(nameof(Color));
            }
        }

        public string? Signature
        {
            get;
            init
            {
                field = value;
                _given.Add(nameof(Signature));
            }
        }

        /// <summary>Left out and null are not the same.</summary>
        public bool Gives(string member) => _given.Contains(member);
    }

    public static async Task<IResult> Handle(
        Request request, Actor actor, AgentDirectory directory, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var agent = await unit.Db.Table<Agent>().SingleAsync(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId, stop);
            var before = (agent.Name, agent.Locale);
            var news = Apply(request, agent);
            if (news.Count > 0)
            {
                await Audit.Record(unit, AuditBy.Agent(actor, context), "agent.profile_changed", "agent", agent.Id.ToString(), new { members = news }, stop);
                unit.AfterCommit(() =>
                {
                    directory.Changed(actor.Ws, actor.AgentId);
                    if (before != (agent.Name, agent.Locale))
                        sessions.Changed(actor.Ws, actor.AgentId);
                });
            }
            return TypedResults.Ok(ProfileView.Of(agent, await TeamDirectory.Load(unit.Db, actor.Ws, stop), await ShowProfile.TimeZone(unit.Db, actor.Ws, stop)));
        }, ct);
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. request.Name is { } name ? AgentRules.CheckName("name", name) : [],
        .. AgentRules.CheckLocale(request.Locale),
        .. AgentRules.When(request.TimeZone is { } zone && !TimeZones.IsKnown(zone), "timeZone", new FieldFault("invalid_time_zone")),
        .. AgentRules.When(request.Color is { } color && !ColorText().IsMatch(color), "color", new FieldFault("invalid_color")),
        .. AgentRules.When(request.Signature is { Length: > MostSignature }, "signature", new FieldFault("too_long", MostSignature)),
        .. request.Notifications?.Check() ?? []]);

    /// <summary>The names of what changed: their values are the agent's own and of no concern to the audit.</summary>
    private static List<string> Apply(Request request, Agent agent)
    {
        var news = new List<string>();
        Set("name", request.Name is not null, request.Name?.Trim(), agent.Name, value => agent.Name = value!);
        Set("locale", request.Locale is not null, request.Locale, agent.Locale, value => agent.Locale = value!);
        Set("timeZone", request.Gives(nameof(Request.TimeZone)), request.TimeZone, agent.TimeZone, value => agent.TimeZone = value);
        Set("color", request.Gives(nameof(Request.Color)), request.Color, agent.Color, value => agent.Color = value);
        Set("signature", request.Gives(nameof(Request.Signature)), request.Signature is { Length: 0 } ? null : request.Signature, agent.Signature, value => agent.Signature = value);
        Set("notifications", request.Notifications is not null, request.Notifications?.Text(), agent.Notifications, value => agent.Notifications = value);
        return news;

        void Set(string member, bool given, string? wanted, string? now, Action<string?> write)
        {
            if (!given || wanted == now)
                return;
            write(wanted);
            news.Add(member);
        }
    }

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.NonBacktracking)]
    private static partial Regex ColorText();
}

/// <summary>Names of the IANA data base, as browsers give them.</summary>
internal static class TimeZones
{
    public static bool IsKnown(string name) =>
        name.Length <= 64 && !name.Contains(' ', StringComparison.Ordinal) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId;
}
