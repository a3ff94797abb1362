using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary><c>/api/v1/contacts/{id}/notes</c>: among colleagues; no customer ever sees one.</summary>
internal static class ContactNotes
{
    public static void Map(RouteGroupBuilder contacts)
    {
        contacts.MapGet("/{id:guid}/notes", List).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("Notes about a contact, newest first").Produces<Rows>();
        contacts.MapPost("/{id:guid}/notes", Add).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Write a note about a contact").Produces<NoteView>(StatusCodes.Status201Created);
        contacts.MapDelete("/{id:guid}/notes/{note:guid}", Remove).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Remove one's own note; administrators any").Produces(StatusCodes.Status204NoContent);
    }

    internal sealed record Request(string Text);

    internal sealed record Rows(IReadOnlyList<NoteView> Items);

    private static async Task<IResult> List(Guid id, Actor actor, ContactReader reader, IContactVault people, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (await reader.Root(db, actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        var tree = await ContactReader.Tree(db, actor.Ws, contact.Id, ct);
        var rows = await db.Visible(Scope<ContactNote>.Workspace(actor.Ws)).Where(row => tree.Contains(row.ContactId) && row.DeletedAt == null)
            .OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(200).ToListAsync(ct);
        var ring = await people.Load(actor.Ws, tree, ct);
        return TypedResults.Ok(new Rows([.. rows.Select(row => ViewOf(ring, row).For(actor.Rights.Fields))]));
    }

    private static async Task<IResult> Add(Guid id, Request request, Actor actor, ContactReader reader, IContactVault people, IStorageEngine storage, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
            return Refusal.Invalid("text", "required").ToProblem();
        if (request.Text.Length > ContactRules.MostNote)
            return Refusal.Invalid("text", "too_long", ContactRules.MostNote).ToProblem();
        NoteView? view = null;
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var ring = await people.Load(unit, actor.Ws, [contact.Id], stop);
            var row = unit.Ids.New();
            var note = new ContactNote
            {
                Ws = actor.Ws, Id = row, ContactId = contact.Id, Sealed = ring.Of(contact.Id)!.Seal(ProfilePlaces.Note(row), request.Text.Trim()),
                AuthorId = actor.AgentId, AuthorName = actor.Name, At = unit.Ids.Now(),
            };
            unit.Db.Add(note);
            await unit.Db.SaveChangesAsync(stop);
            view = ViewOf(ring, note);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Created((string?)null, view);
    }

    private static async Task<IResult> Remove(Guid id, Guid note, Actor actor, ContactReader reader, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var tree = await ContactReader.Tree(unit.Db, actor.Ws, contact.Id, stop);
            var found = await unit.Db.Visible(Scope<ContactNote>.Workspace(actor.Ws)).SingleOrDefaultAsync(row => row.Id == note && tree.Contains(row.ContactId) && row.DeletedAt == null, stop);
            if (found is null)
                return Refusal.NotFound();
            if (found.AuthorId != actor.AgentId && !actor.May(Permissions.ManageAgents))
                return Refusal.Forbidden();
            found.DeletedAt = unit.Ids.Now();
            found.Sealed = [];
            unit.Db.Update(found);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.note_removed", "contact", contact.Id.ToString(), new { note }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.NoContent();
    }

    internal static NoteView ViewOf(ContactKeyRing ring, ContactNote row) => new(
        row.Id, ring.Text(ProfilePlaces.Note(row.Id), row.Sealed, out _) ?? "", row.AuthorId, row.AuthorName, Moment.At(row.At), row.EditedAt is { } edited ? Moment.At(edited) : null);
}
