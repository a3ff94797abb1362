using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Automation.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Automation.CannedReplies;

/// <summary><c>POST</c>, <c>PATCH</c> and <c>DELETE /api/v1/canned-replies</c>: shared ones by who manages them, one's own by everybody.</summary>
internal static class ChangeReplies
{
    private const int MostTitle = 100;
    private const int MostBody = 10_000;
    public const int MostOfWorkspace = 5_000;

    /// <param name="Shared">False: the writer's own.</param>
    public sealed record NewReply(string Shortcut, string Title, string Body, bool Shared = false, Guid? TeamId = null);

    public sealed record Changes(string? Shortcut = null, string? Title = null, string? Body = null)
    {
        /// <summary>The team it is shared with; null: everybody; left out: as it was.</summary>
        public Guid? TeamId
        {
            get;
            init
            {
                field = value;
                ChangesTeam = true;
            }
        }

        [JsonIgnore]
        public bool ChangesTeam { get; private init; }
    }

    public static async Task<IResult> Create(NewReply request, Actor actor, ITeams teams, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Check(request.Shortcut, request.Title, request.Body, request.Shared ? request.TeamId : null, actor.Ws, teams, ct) is { } invalid)
            return invalid.ToProblem();
        if (request.Shared && !actor.May(Permissions.ManageReplies))
            return Refusal.Forbidden().ToProblem();
        return await Unique(() => storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<CannedReply>().CountAsync(reply => reply.Ws == actor.Ws, stop) >= MostOfWorkspace)
                return Refusal.Conflict("too_many", MostOfWorkspace).ToProblem();
            var now = unit.Ids.Now();
            var reply = new CannedReply
            {
                Ws = actor.Ws, Id = unit.Ids.New(), Shortcut = Normal(request.Shortcut), Title = request.Title.Trim(), Body = request.Body,
                OwnerId = request.Shared ? null : actor.AgentId, TeamId = request.Shared ? request.TeamId : null, CreatedAt = now, ChangedAt = now,
            };
            unit.Db.Table<CannedReply>().Add(reply);
            await Save(unit, actor, context, "created", reply, stop);
            return TypedResults.Created($"/api/v1/canned-replies/{reply.Id}", ReplyItem.Of(reply, actor));
        }, ct));
    }

    public static async Task<IResult> Change(Guid id, Changes request, Actor actor, ITeams teams, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Check(request.Shortcut, request.Title, request.Body, request.TeamId, actor.Ws, teams, ct) is { } invalid)
            return invalid.ToProblem();
        return await Unique(() => OnOne(id, actor, teams, storage, async (unit, reply, stop) =>
        {
            reply.Shortcut = request.Shortcut is { } shortcut ? Normal(shortcut) : reply.Shortcut;
            reply.Title = request.Title?.Trim() ?? reply.Title;
            reply.Body = request.Body ?? reply.Body;
            reply.TeamId = request.ChangesTeam && reply.OwnerId is null ? request.TeamId : reply.TeamId;
            reply.ChangedAt = unit.Ids.Now();
            await Save(unit, actor, context, "changed", reply, stop);
            return TypedResults.Ok(ReplyItem.Of(reply, actor));
        }, ct));
    }

    public static Task<IResult> Remove(Guid id, Actor actor, ITeams teams, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        OnOne(id, actor, teams, storage, async (unit, reply, stop) =>
        {
            unit.Db.Table<CannedReply>().Remove(reply);
            await Save(unit, actor, context, "removed", reply, stop);
            return TypedResults.NoContent();
        }, ct);

    private static async Task<IResult> OnOne(
        Guid id, Actor actor, ITeams teams, IStorageEngine storage, Func<WriteUnit, CannedReply, CancellationToken, Task<IResult>> act, CancellationToken ct)
    {
        var mine = (await teams.TeamsOf(actor.Ws, actor.AgentId, ct)).ToList();
        return await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var reply = await ListReplies.Visible(unit.Db, actor, mine, actor.May(Permissions.ManageReplies)).SingleOrDefaultAsync(reply => reply.Id == id, stop);
            return reply is null ? Refusal.NotFound().ToProblem()
                : reply.OwnerId is null && !actor.May(Permissions.ManageReplies) ? Refusal.Forbidden().ToProblem()
                : await act(unit, reply, stop);
        }, ct);
    }

    /// <summary>What is one's own is nobody else's business, the audit's neither.</summary>
    private static Task Save(WriteUnit unit, Actor actor, HttpContext context, string what, CannedReply reply, CancellationToken ct) => reply.OwnerId is null
        ? Audit.Record(unit, AuditBy.Agent(actor, context), "canned_reply." + what, "canned_reply", reply.Id.ToString(), new { reply.Shortcut, reply.TeamId }, ct)
        : unit.Db.SaveChangesAsync(ct);

    private static async Task<IResult> Unique(Func<Task<IResult>> act)
    {
        try
        {
            return await act();
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return new Refusal(StatusCodes.Status409Conflict, "shortcut_taken").And("shortcut", "shortcut_taken").ToProblem();
        }
    }

    private static async ValueTask<Refusal?> Check(string? shortcut, string? title, string? body, Guid? team, int ws, ITeams teams, CancellationToken ct)
    {
        var faults = Faults(shortcut, title, body);
        if (team is { } id && await teams.Find(ws, id, ct) is null)
            faults.Add(("teamId", new("team_unknown")));
        return Refusal.Of(faults);
    }

    /// <summary>What cannot be meant, of what is given.</summary>
    internal static List<(string Field, FieldFault Fault)> Faults(string? shortcut, string? title, string? body)
    {
        var faults = new List<(string Field, FieldFault Fault)>();
        if (shortcut is not null && !IsShortcut(Normal(shortcut)))
            faults.Add(("shortcut", new("invalid_shortcut")));
        if (title is not null && string.IsNullOrWhiteSpace(title))
            faults.Add(("title", new("required")));
        if (title?.Trim().Length > MostTitle)
            faults.Add(("title", new("too_long", MostTitle)));
        if (OneLine.HidesSomething(title))
            faults.Add(("title", new("control_characters")));
        if (body is not null && string.IsNullOrWhiteSpace(body))
            faults.Add(("body", new("required")));
        if (body?.Length > MostBody)
            faults.Add(("body", new("too_long", MostBody)));
        return faults;
    }

    internal static string Normal(string shortcut) => shortcut.Trim().TrimStart('/').Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant();

    /// <summary>Typed without a space after a slash; Chinese as well.</summary>
    private static bool IsShortcut(string shortcut) => shortcut.Length is > 0 and <= 40 && shortcut.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_');
}
