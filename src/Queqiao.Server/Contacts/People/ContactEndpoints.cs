using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Segments;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary><c>/api/v1/contacts</c>: list, add, show, change.</summary>
internal static class ContactEndpoints
{
    public static void Map(RouteGroupBuilder contacts)
    {
        contacts.MapGet("", List).Needs(Permissions.ReadContacts).TakesQuery("q", "tag", "verified", "blocked", "segment", "limit", "cursor")
            .WithSummary("Contacts, last seen first").Produces<ContactRows>();
        contacts.MapPost("", Create).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Add a contact").Produces<ContactView>(StatusCodes.Status201Created);
        contacts.MapGet("/{id:guid}", Show).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("One contact; of a merged one the contact that it is part of").Produces<ContactView>();
        contacts.MapPatch("/{id:guid}", Change).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Change name, tags or custom fields").Produces<ContactView>();
        contacts.MapPost("/{id:guid}/identities", AddIdentity).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Add an e-mail address, phone number or other identifier").Produces<ContactView>(StatusCodes.Status201Created);
        contacts.MapDelete("/{id:guid}/identities/{row:guid}", RemoveIdentity).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Take an identifier away").Produces(StatusCodes.Status204NoContent);
    }

    /// <param name="Q">A name, e-mail address, phone number, user id, or <c>kind:value</c>.</param>
    /// <param name="Limit">1–100, default 50.</param>
    /// <param name="Segment">Only who it holds.</param>
    internal sealed record ListQuery(string? Q, string? Tag, bool? Verified, bool? Blocked, Guid? Segment, int? Limit, string? Cursor);

    internal sealed record NewIdentity(string Kind, string ExternalId, Guid? ChannelId = null);

    internal sealed record CreateRequest(string? Name = null, IReadOnlyList<NewIdentity>? Identities = null, IReadOnlyList<string>? Tags = null, JsonElement? Fields = null);

    /// <param name="Name">Empty takes it away.</param>
    internal sealed record ChangeRequest(string? Name = null, IReadOnlyList<string>? Tags = null, JsonElement? Fields = null);

    private static async Task<IResult> List([AsParameters] ListQuery query, Actor actor, ContactReader reader, SegmentFinder segments, CancellationToken ct)
    {
        var limit = query.Limit ?? 50;
        if (limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        if (query.Q?.Length > 200)
            return Refusal.Invalid("q", "too_long", 200).ToProblem();
        ContactCursor? from = null;
        if (query.Cursor is { } cursor && (from = ContactCursor.Parse(cursor)) is null)
            return Refusal.BadRequest("invalid_parameter", "cursor").ToProblem();
        var search = query.Q?.Trim() is { Length: > 0 } q ? q : null;
        var filter = new ContactFilter(search, query.Tag, query.Verified, query.Blocked);
        if (query.Segment is { } segment && (filter = filter with { Narrow = await segments.Find(actor.Ws, segment, ct) }).Narrow is null)
            return Refusal.Invalid("segment", "not_found").ToProblem();
        return TypedResults.Ok(await reader.Page(actor, filter, from, limit, ct));
    }

    private static async Task<IResult> Create(CreateRequest request, Actor actor, ContactEdits edits, ContactReader reader, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. ContactRules.Name(request.Name), .. ContactRules.Tags(request.Tags), .. (request.Identities ?? []).SelectMany((one, i) => ContactRules.Identity($"identities.{i}", one.Kind, one.ExternalId))]) is { } invalid)
            return invalid.ToProblem();
        if (request.Name is null && request.Identities is not { Count: > 0 })
            return Refusal.Invalid("name", "required").ToProblem();
        var (patch, refusal) = await ContactRules.Fields(fields, actor.Ws, request.Fields, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var id = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var (added, _) = edits.Add(unit, ContactRules.Clean(request.Name), unit.Ids.Now(), actor.AgentId);
            await unit.Db.SaveChangesAsync(stop);
            foreach (var one in request.Identities ?? [])
                await edits.AddIdentifier(unit, added, new NewIdentifier(one.Kind, one.ExternalId, Verified: false, "agent", one.ChannelId, actor.AgentId), stop);
            await edits.SetFields(unit, added, patch, stop);
            await ContactEdits.SetTags(unit, added, ContactRules.CleanTags(request.Tags), stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.created", "contact", added.ToString(), null, stop);
            return added;
        }, ct);
        return TypedResults.Created($"/api/v1/contacts/{id}", await Read(reader, storage, actor, id, ct));
    }

    private static async Task<IResult> Show(Guid id, Actor actor, ContactReader reader, IStorageEngine storage, CancellationToken ct) =>
        await Read(reader, storage, actor, id, ct) is { } view ? TypedResults.Ok(view) : Refusal.NotFound().ToProblem();

    private static async Task<IResult> Change(Guid id, ChangeRequest request, Actor actor, ContactEdits edits, ContactReader reader, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. ContactRules.Name(request.Name), .. ContactRules.Tags(request.Tags)]) is { } invalid)
            return invalid.ToProblem();
        var (patch, refusal) = await ContactRules.Fields(fields, actor.Ws, request.Fields, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var no = await On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            if (actor.Rights.Fields.Name != FieldLevel.Clear && request.Name?.Contains('*', StringComparison.Ordinal) == true)
                return Refusal.Invalid("name", "value_is_masked"); // what is shown starred out is not the name
            var renamed = request.Name is not null && await edits.Rename(unit, contact.Id, ContactRules.Clean(request.Name), stop, actor.AgentId);
            await edits.SetFields(unit, contact.Id, patch, stop);
            if (request.Tags is not null)
                await ContactEdits.SetTags(unit, contact.Id, ContactRules.CleanTags(request.Tags), stop);
            // What was changed, not to what: it may be about the person.
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.changed", "contact", contact.Id.ToString(),
                new { name = renamed, tags = request.Tags is not null, fields = !patch.IsEmpty }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Ok(await Read(reader, storage, actor, id, ct));
    }

    private static async Task<IResult> AddIdentity(Guid id, NewIdentity request, Actor actor, ContactEdits edits, ContactReader reader, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(ContactRules.Identity("", request.Kind, request.ExternalId)) is { } invalid)
            return invalid.ToProblem();
        var no = await On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var count = await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(actor.Ws)).CountAsync(row => row.ContactId == contact.Id, stop);
            if (count >= ContactRules.MostIdentifiers)
                return Refusal.Conflict("too_many", ContactRules.MostIdentifiers);
            if (await edits.AddIdentifier(unit, contact.Id, new NewIdentifier(request.Kind, request.ExternalId, Verified: false, "agent", request.ChannelId, actor.AgentId), stop) is null)
                return Refusal.Conflict("identity_known");
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.identity_added", "contact", contact.Id.ToString(), new { request.Kind }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Created((string?)null, await Read(reader, storage, actor, id, ct));
    }

    private static async Task<IResult> RemoveIdentity(Guid id, Guid row, Actor actor, ContactEdits edits, ContactReader reader, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var no = await On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var tree = await ContactReader.Tree(unit.Db, actor.Ws, contact.Id, stop);
            var found = await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(actor.Ws)).SingleOrDefaultAsync(one => one.Id == row && tree.Contains(one.ContactId), stop);
            if (found is null)
                return Refusal.NotFound();
            unit.Db.Remove(found);
            await edits.Reword(unit, found.ContactId, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.identity_removed", "contact", contact.Id.ToString(), new { found.Kind, found.Verified }, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.NoContent();
    }

    /// <summary>Does something to a contact that the actor may see, in one transaction; a refusal leaves nothing behind.</summary>
    internal static Task<Refusal?> On(Guid id, Actor actor, ContactReader reader, IStorageEngine storage, Func<WriteUnit, Contact, CancellationToken, Task<Refusal?>> work, CancellationToken ct) =>
        storage.Run(actor.Ws, async (unit, stop) =>
        {
            var contact = await reader.Root(unit.Db, actor, id, stop);
            var refusal = contact is null ? Refusal.NotFound() : contact.ErasedAt is not null ? Refusal.Conflict("contact_erased") : await work(unit, contact, stop);
            if (refusal is not null)
                unit.Abandon();
            return refusal;
        }, ct);

    internal static async Task<ContactView?> Read(ContactReader reader, IStorageEngine storage, Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await reader.Root(db, actor, id, ct) is { } contact ? (await reader.View(db, contact, ct)).For(actor.Rights.Fields) : null;
    }
}
