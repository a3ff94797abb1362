using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary><c>POST /api/v1/approvals/{id}/decision</c>, <c>/withdrawal</c> and <c>/fetching</c></summary>
internal static class DecideApproval
{
    private const int LongestNote = 500;
    private static readonly TimeSpan Suspicious = TimeSpan.FromHours(24);

    /// <summary>What somebody does to a colleague's account by which they could act as them.</summary>
    private static readonly string[] TakingOver = ["agent.created", "agent.password_set", "password_reset.created", "second_factor.reset"];

    /// <param name="Approve">False: refuse.</param>
    /// <param name="Note">Why; must be there when it is refused.</param>
    public sealed record Request(bool Approve, string? Note = null);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, JobQueue jobs, INotices notices, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var note = request.Note?.Trim() is { Length: > 0 } words ? words : null;
        if (note is null && !request.Approve)
            return Refusal.Invalid("note", "required").ToProblem();
        if (note?.Length > LongestNote)
            return Refusal.Invalid("note", "too_long", LongestNote).ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<ApprovalRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound().ToProblem();
            if (await Refuse(unit, actor, row, stop) is { } no)
                return no.ToProblem();
            var now = unit.Ids.Now();
            var sealedNote = note is null ? null : CapturedRequest.SealWords(unit.Vault, actor.Ws, id, note);
            var next = request.Approve ? ApprovalState.Approved : ApprovalState.Refused;
            var kept = request.Approve ? row.Request : null;
            var expires = request.Approve ? now + (long)Approvals.Lasts.TotalMilliseconds : row.ExpiresAt;
            var won = await unit.Db.Table<ApprovalRow>().Where(one => one.Ws == actor.Ws && one.Id == id && one.State == ApprovalState.Waiting).ExecuteUpdateAsync(set => set
                .SetProperty(one => one.State, next).SetProperty(one => one.DecidedBy, actor.AgentId).SetProperty(one => one.DecidedAt, now)
                .SetProperty(one => one.Note, sealedNote).SetProperty(one => one.Request, kept).SetProperty(one => one.ExpiresAt, expires), stop);
            if (won == 0)
                return Refusal.Conflict("approval_over").ToProblem();
            await notices.Tell(unit, [row.RequestedBy], NoticeKinds.ApprovalDecided, id.ToString(), new { row.Act, approved = request.Approve }, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), request.Approve ? "approval.approved" : "approval.refused", "approval", id.ToString(), new { row.Act, requestedBy = row.RequestedBy }, stop);
            if (request.Approve && row.Method != "GET")
                await jobs.Add(unit, NewJob.Of(actor.Ws, RunApproved.Name, new RunApproved.Payload(id)) with { By = row.RequestedBy }, stop);
            return TypedResults.NoContent();
        }, ct);
    }

    private static async Task<Refusal?> Refuse(WriteUnit unit, Actor actor, ApprovalRow row, CancellationToken ct)
    {
        if (row.RequestedBy == actor.AgentId)
            return Refusal.Forbidden("approval_own");
        if (row.State != ApprovalState.Waiting || row.ExpiresAt <= unit.Ids.Now())
            return Refusal.Conflict("approval_over");
        return await IsSamePerson(unit, actor, row, ct) ? Refusal.Forbidden("approval_not_independent") : null;
    }

    /// <summary>An account that came after the request, that the requester made or opened lately, or that has the same mailbox, may well be the requester's own.</summary>
    private static async Task<bool> IsSamePerson(WriteUnit unit, Actor actor, ApprovalRow row, CancellationToken ct)
    {
        var agents = await unit.Db.Table<Agent>().AsNoTracking().Where(agent => agent.Ws == actor.Ws && (agent.Id == actor.AgentId || agent.Id == row.RequestedBy)).ToDictionaryAsync(agent => agent.Id, ct);
        if (agents[actor.AgentId].CreatedAt >= row.RequestedAt || Mailbox(agents[actor.AgentId].EmailKey) == Mailbox(agents[row.RequestedBy].EmailKey))
            return true;
        var (after, me) = (row.RequestedAt - (long)Suspicious.TotalMilliseconds, actor.AgentId.ToString());
        return await unit.Db.Table<AuditRow>().AnyAsync(deed =>
            deed.Ws == actor.Ws && deed.ObjectId == me && deed.ActorId == row.RequestedBy && deed.At >= after && TakingOver.Contains(deed.Action), ct);
    }

    /// <summary>Without the tag that most mail servers ignore: <c>lin+2@shop.example</c> is <c>lin@shop.example</c>.</summary>
    internal static string Mailbox(string email)
    {
        var (at, plus) = (email.LastIndexOf('@'), email.IndexOf('+', StringComparison.Ordinal));
        return plus > 0 && plus < at ? email[..plus] + email[at..] : email;
    }

    public static Task<IResult> Withdraw(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => storage.Run<IResult>(actor.Ws, async (unit, stop) =>
    {
        if (!await unit.Db.Table<ApprovalRow>().AnyAsync(row => row.Ws == actor.Ws && row.Id == id && row.RequestedBy == actor.AgentId, stop))
            return Refusal.NotFound().ToProblem();
        if (!await Approvals.Move(unit, actor.Ws, id, ApprovalState.Waiting, ApprovalState.Withdrawn, stop))
            return Refusal.Conflict("approval_over").ToProblem();
        await Audit.Record(unit, AuditBy.Agent(actor, context), "approval.withdrawn", "approval", id.ToString(), null, stop);
        return TypedResults.NoContent();
    }, ct);

    /// <summary>The export that was approved, once. Its approval is spent before the first byte.</summary>
    public static async Task<IResult> Fetch(Guid id, Actor actor, ApprovedRequests requests, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        ApprovalRow? row;
        await using (var db = storage.Read(actor.Ws))
            row = await db.Table<ApprovalRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id && row.RequestedBy == actor.AgentId && row.Method == "GET", ct);
        if (row is null)
            return Refusal.NotFound().ToProblem();
        var spent = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (row.ExpiresAt <= unit.Ids.Now() || !await Approvals.Move(unit, actor.Ws, id, ApprovalState.Approved, ApprovalState.Done, stop))
                return false;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "approval.executed", "approval", id.ToString(), null, stop);
            return true;
        }, ct);
        if (!spent)
            return Refusal.Conflict("approval_over").ToProblem();
        return await requests.Fetch(row, context, ct) is { } no ? no.ToProblem() : Results.Empty;
    }
}
