using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Graph;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>
/// A fact of an import. There is no draft of a fact: where the import does not publish, or the base asks for a second person, it waits as a
/// proposal.
/// </summary>
internal static class ImportFact
{
    /// <returns>Whether readers see something else now.</returns>
    public static async Task<bool> One(WriteUnit unit, KnowledgeBaseRow home, KnowledgeImportRow row, EdgeWords fact, ImportPlan plan, Guid? by, CancellationToken ct)
    {
        var known = await unit.Db.Table<KnowledgeEdge>().Where(one => one.Ws == home.Ws && one.BaseId == home.Id && one.Subject == fact.Subject && one.Relation == fact.Relation && one.Target == fact.Target)
            .OrderBy(one => one.Id).FirstOrDefaultAsync(ct);
        row.Outcome = "same";
        if (known is not null && (!plan.Overwrite || known.Audience == fact.Audience))
            return false;
        var waits = !plan.Publish || home.NeedsSecond;
        var (count, most) = waits
            ? (await unit.Db.Table<KnowledgeEdgeProposal>().CountAsync(one => one.Ws == home.Ws, ct), EdgeProposals.Most)
            : (await unit.Db.Table<KnowledgeEdge>().CountAsync(one => one.Ws == home.Ws, ct), Edges.Most);
        if (count >= most || (waits && by is null))
        {
            (row.Outcome, row.Code, row.Arg) = ("failed", "too_many", most.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return false;
        }
        row.Outcome = known is null ? "added" : "changed";
        var who = by is { } agent ? new AuditBy(home.Ws, "agent", agent, null) : AuditBy.System(home.Ws);
        if (waits)
        {
            var isThere = known is null && await unit.Db.Table<KnowledgeEdgeProposal>().AnyAsync(one => one.Ws == home.Ws && one.BaseId == home.Id && one.EdgeId == null && one.Subject == fact.Subject && one.Relation == fact.Relation && one.Target == fact.Target, ct);
            if (isThere)
            {
                row.Outcome = "same";
                return false;
            }
            var wish = await EdgeProposals.Put(unit, home, known, fact, by!.Value, who, ct);
            await Record("proposed", wish.EdgeId ?? wish.Id);
            return false;
        }
        if (known is null)
        {
            await Record("created", Edges.Add(unit, home, fact).Id);
            return true;
        }
        await EdgeProposals.Overtake(unit, known, who, ct);
        await Record("changed", known.Id);
        (known.Audience, known.ChangedAt) = (fact.Audience, unit.Ids.Now());
        return true;

        Task Record(string deed, Guid edge) =>
            Audit.Record(unit, who, "knowledge_edge." + deed, "knowledge_edge", edge.ToString(), new { import = row.ImportId, before = known is null ? null : EdgeProposals.WordsOf(known), after = fact }, ct);
    }
}
