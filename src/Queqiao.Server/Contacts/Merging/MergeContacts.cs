using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Recognising;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Merging;

/// <summary>
/// <c>POST /api/v1/contacts/{id}/merge</c> and <c>/unmerge</c>. The other contact becomes part of this one and keeps its rows, its
/// key and its conversations: nothing is moved and nothing is sealed anew, so undoing it gives back both, with what came since.
/// </summary>
internal static class MergeContacts
{
    public static void Map(RouteGroupBuilder contacts)
    {
        contacts.MapPost("/{id:guid}/merge", Merge).Needs(Permissions.MergeContacts).TakesQuery().WithSummary("Make another contact part of this one; can be undone").Produces<ContactView>();
        contacts.MapPost("/{id:guid}/unmerge", Unmerge).Needs(Permissions.MergeContacts).TakesQuery().WithSummary("Undo a merge; the newest when none is named").Produces<ContactView>();
    }

    /// <param name="OtherId">Who becomes part of the contact in the path.</param>
    /// <param name="DespiteUserIds">Merge although a site has signed different user ids for the two.</param>
    internal sealed record MergeRequest(Guid OtherId, bool DespiteUserIds = false);

    internal sealed record UnmergeRequest(Guid? MergeId = null);

    private static async Task<IResult> Merge(Guid id, MergeRequest request, Actor actor, ContactReader reader, Joining joining, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, into, stop) =>
        {
            if (await reader.Root(unit.Db, actor, request.OtherId, stop) is not { } from)
                return Refusal.NotFound();
            if (from.Id == into.Id)
                return Refusal.Conflict("contact_same");
            if (from.ErasedAt is not null)
                return Refusal.Conflict("contact_erased");
            if (!request.DespiteUserIds && await Differ(unit.Db, actor.Ws, into.Id, from.Id, stop))
                return Refusal.Conflict("contact_user_ids_differ");
            var merge = await joining.Merge(unit, into, from, actor.AgentId, null, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.merged", "contact", into.Id.ToString(), new { other = from.Id, merge = merge.Id }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Ok(await ContactEndpoints.Read(reader, storage, actor, id, ct));
    }

    private static async Task<IResult> Unmerge(Guid id, UnmergeRequest request, Actor actor, ContactReader reader, ContactEdits edits, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, root, stop) =>
        {
            var tree = await ContactReader.Tree(unit.Db, actor.Ws, root.Id, stop);
            var merges = await unit.Db.Visible(Scope<ContactMerge>.Workspace(actor.Ws)).Where(row => tree.Contains(row.FromId) && row.UndoneAt == null).ToListAsync(stop);
            var undo = request.MergeId is { } wanted ? merges.SingleOrDefault(row => row.Id == wanted) : merges.OrderByDescending(row => row.At).ThenByDescending(row => row.Id).FirstOrDefault();
            if (undo is null)
                return request.MergeId is null ? Refusal.Conflict("contact_not_merged") : Refusal.NotFound();
            var parts = MergeTree.Below(undo.FromId, [.. merges.Where(row => row.Id != undo.Id).Select(row => (row.IntoId, row.FromId))]);
            var all = unit.Db.Visible(Scope<Contact>.Workspace(actor.Ws));
            await all.Where(contact => parts.Contains(contact.Id)).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.MergedInto, (Guid?)undo.FromId), stop);
            await all.Where(contact => contact.Id == undo.FromId).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.MergedInto, (Guid?)null), stop);
            var (now, by) = (unit.Ids.Now(), actor.AgentId);
            await unit.Db.Visible(Scope<ContactMerge>.Workspace(actor.Ws)).Where(row => row.Id == undo.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.UndoneAt, (long?)now).SetProperty(row => row.UndoneBy, (Guid?)by), stop);
            await edits.Named(unit, root.Id, actor.AgentId, stop);
            await edits.Named(unit, undo.FromId, actor.AgentId, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.unmerged", "contact", root.Id.ToString(), new { other = undo.FromId, merge = undo.Id }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Ok(await ContactEndpoints.Read(reader, storage, actor, id, ct));
    }

    /// <summary>A site says that they are two people: the same channel has signed different user ids, and none in common.</summary>
    internal static async Task<bool> Differ(QueqiaoDb db, int ws, Guid one, Guid other, CancellationToken ct)
    {
        var trees = (One: await ContactReader.Tree(db, ws, one, ct), Other: await ContactReader.Tree(db, ws, other, ct));
        var both = trees.One.Concat(trees.Other).ToList();
        var signed = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => row.Kind == IdentityKinds.User && row.Verified && both.Contains(row.ContactId)).ToListAsync(ct);
        return MergeTree.Differ(
            [.. signed.Where(row => trees.One.Contains(row.ContactId)).Select(row => (row.ChannelId, row.Tag))],
            [.. signed.Where(row => trees.Other.Contains(row.ContactId)).Select(row => (row.ChannelId, row.Tag))]);
    }
}

/// <summary>The rules of merging, pure.</summary>
internal static class MergeTree
{
    /// <summary>A contact and everybody who became part of it, by the merges that stand.</summary>
    public static List<Guid> Below(Guid root, IReadOnlyList<(Guid Into, Guid From)> merges)
    {
        var found = new List<Guid> { root };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(merges.Where(merge => merge.Into == found[i] && !found.Contains(merge.From)).Select(merge => merge.From));
        return found;
    }

    /// <summary>Some channel has signed user ids for both, and they have none of it in common.</summary>
    public static bool Differ(IReadOnlyList<(Guid? Channel, Guid Tag)> one, IReadOnlyList<(Guid? Channel, Guid Tag)> other) =>
        one.Select(id => id.Channel).Intersect(other.Select(id => id.Channel))
            .Any(channel => !one.Where(id => id.Channel == channel).Select(id => id.Tag).Intersect(other.Where(id => id.Channel == channel).Select(id => id.Tag)).Any());
}
