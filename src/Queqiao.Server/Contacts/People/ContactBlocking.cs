using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary><c>/api/v1/contacts/{id}/block</c>: somebody may not write, for a time or until an agent lets them again.</summary>
internal static class ContactBlocking
{
    public static void Map(RouteGroupBuilder contacts)
    {
        contacts.MapPost("/{id:guid}/block", Block).Needs(Permissions.BlockContacts).TakesQuery().WithSummary("Keep somebody from writing").Produces<ContactView>();
        contacts.MapDelete("/{id:guid}/block", Unblock).Needs(Permissions.BlockContacts).TakesQuery().WithSummary("Let somebody write again").Produces(StatusCodes.Status204NoContent);
    }

    /// <param name="Reason">For colleagues; the person does not see it.</param>
    /// <param name="Until">When it ends by itself; null: never.</param>
    internal sealed record Request(string? Reason = null, DateTimeOffset? Until = null);

    private static async Task<IResult> Block(Guid id, Request request, Actor actor, ContactReader reader, JobQueue jobs, IContactVault people, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Reason?.Length > ContactRules.MostReason)
            return Refusal.Invalid("reason", "too_long", ContactRules.MostReason).ToProblem();
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var now = unit.Ids.Now();
            if (request.Until is { } until && until.ToUnixTimeMilliseconds() <= now)
                return Refusal.Invalid("until", "in_the_past");
            var tree = await ContactReader.Tree(unit.Db, actor.Ws, contact.Id, stop);
            await End(unit, actor, tree, now, stop);
            var ring = await people.Load(unit, actor.Ws, [contact.Id], stop);
            var row = unit.Ids.New();
            unit.Db.Add(new ContactBlock
            {
                Ws = actor.Ws, Id = row, ContactId = contact.Id, At = now, By = actor.AgentId, Until = request.Until?.ToUnixTimeMilliseconds(),
                SealedReason = request.Reason?.Trim() is { Length: > 0 } reason ? ring.Of(contact.Id)!.Seal(ProfilePlaces.Block(row), reason) : null,
            });
            await unit.Db.Visible(Scope<Contact>.Workspace(actor.Ws)).Where(one => tree.Contains(one.Id)).ExecuteUpdateAsync(set => set.SetProperty(one => one.BlockedAt, (long?)now), stop);
            if (request.Until is { } ends)
                await jobs.Add(unit, NewJob.Of(actor.Ws, EndBlock.Name, new EndBlock.Payload(row)) with { RunAt = ends.ToUnixTimeMilliseconds() }, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.blocked", "contact", contact.Id.ToString(), new { request.Until }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Ok(await ContactEndpoints.Read(reader, storage, actor, id, ct));
    }

    private static async Task<IResult> Unblock(Guid id, Actor actor, ContactReader reader, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var tree = await ContactReader.Tree(unit.Db, actor.Ws, contact.Id, stop);
            if (await End(unit, actor, tree, unit.Ids.Now(), stop) == 0)
                return null;
            await Release(unit, actor.Ws, tree, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.unblocked", "contact", contact.Id.ToString(), null, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.NoContent();
    }

    internal static Task<int> Release(WriteUnit unit, int ws, List<Guid> tree, CancellationToken ct) =>
        unit.Db.Visible(Scope<Contact>.Workspace(ws)).Where(one => tree.Contains(one.Id)).ExecuteUpdateAsync(set => set.SetProperty(one => one.BlockedAt, (long?)null), ct);

    private static Task<int> End(WriteUnit unit, Actor actor, List<Guid> tree, long now, CancellationToken ct)
    {
        var by = actor.AgentId;
        return unit.Db.Visible(Scope<ContactBlock>.Workspace(actor.Ws)).Where(row => tree.Contains(row.ContactId) && row.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, (long?)now).SetProperty(row => row.EndedBy, (Guid?)by), ct);
    }
}
