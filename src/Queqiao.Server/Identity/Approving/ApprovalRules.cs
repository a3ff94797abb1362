using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <param name="Items">Every deed that there is a rule for, and whether it is on.</param>
/// <param name="SomebodyElse">Whether there is anybody who could approve what the reader asks for.</param>
internal sealed record ApprovalRuleList(IReadOnlyList<ApprovalRuleView> Items, bool SomebodyElse);

internal sealed record ApprovalRuleView(string Act, bool On);

/// <summary><c>/api/v1/approvals/rules</c>: which deeds need a second person. All are off at the beginning: a firm of one has none.</summary>
internal static class ApprovalRules
{
    /// <param name="Acts">Those that need one; all others do not.</param>
    public sealed record Request(IReadOnlyList<string> Acts);

    public static async Task<IResult> Show(Actor actor, SecondPerson second, CancellationToken ct) => TypedResults.Ok(await Of(actor, second, ct));

    public static async Task<IResult> Change(Request request, Actor actor, SecondPerson second, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Acts.FirstOrDefault(act => !Acts.Settable.Contains(act)) is { } stranger)
            return Refusal.Invalid("acts", "not_one_of", string.Join(", ", Acts.Settable), stranger).ToProblem();
        if (request.Acts.Count > 0 && !await second.SomebodyElse(actor, ct))
            return Refusal.Conflict("nobody_may_approve").ToProblem(); // it could not even be switched off again
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var known = await unit.Db.Table<ApprovalRule>().Where(rule => rule.Ws == actor.Ws).ToListAsync(stop);
            var (on, off) = (request.Acts.Distinct().Except(known.Select(rule => rule.Act)).ToList(), known.Where(rule => !request.Acts.Contains(rule.Act)).ToList());
            if (on.Count + off.Count == 0)
                return 0;
            unit.Db.Table<ApprovalRule>().AddRange(on.Select(act => new ApprovalRule { Ws = actor.Ws, Act = act, Since = unit.Ids.Now() }));
            unit.Db.Table<ApprovalRule>().RemoveRange(off);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "approval_rules.changed", "workspace", actor.WorkspaceId.ToString(), new { on, off = off.Select(rule => rule.Act) }, stop);
            unit.AfterCommit(() => second.RulesChanged(actor.Ws));
            return 0;
        }, ct);
        return TypedResults.Ok(await Of(actor, second, ct));
    }

    private static async Task<ApprovalRuleList> Of(Actor actor, SecondPerson second, CancellationToken ct)
    {
        var rules = await second.RulesOf(actor.Ws, ct);
        return new([.. Acts.Settable.Select(act => new ApprovalRuleView(act, rules.Contains(act)))], await second.SomebodyElse(actor, ct));
    }
}
