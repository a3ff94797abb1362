using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Segments;

/// <summary><c>/api/v1/segments</c>: saved conditions over contacts, for everybody of the workspace.</summary>
internal static class SegmentEndpoints
{
    private const int MostSegments = 50;
    private const int MostName = 60;

    internal sealed record Segment(Guid Id, string Name, IReadOnlyList<SegmentCondition> Conditions, DateTimeOffset CreatedAt);

    internal sealed record Segments(IReadOnlyList<Segment> Items);

    internal sealed record Request(string Name, IReadOnlyList<SegmentCondition> Conditions);

    internal sealed record PreviewRequest(IReadOnlyList<SegmentCondition> Conditions);

    internal sealed record Preview(int Count);

    internal sealed record Services(ICustomFields Fields, IStorageEngine Storage, ContactReader Reader, Ids Ids);

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder contacts)
    {
        var segments = app.MapGroup("/api/v1/segments").WithTags("Contacts");
        segments.MapGet("", List).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("Saved conditions over contacts, by name").Produces<Segments>();
        segments.MapPost("", Create).Needs(Permissions.ShareViews).TakesQuery().WithSummary("Save conditions over contacts").Produces<Segment>(StatusCodes.Status201Created);
        segments.MapPost("/preview", Count).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("How many contacts the conditions hold for now").Produces<Preview>();
        segments.MapPut("/{id:guid}", Change).Needs(Permissions.ShareViews).TakesQuery().WithSummary("Change a segment").Produces<Segment>();
        segments.MapDelete("/{id:guid}", Delete).Needs(Permissions.ShareViews).TakesQuery().WithSummary("Delete a segment").Produces(StatusCodes.Status204NoContent);
        contacts.MapGet("/{id:guid}/segments", OfContact).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("The segments that hold a contact").Produces<Segments>();
    }

    private static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(new Segments([.. (await All(db, actor.Ws, ct)).Select(Of)]));
    }

    private static async Task<IResult> Create(Request request, Actor actor, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Check(request, actor.Ws, fields, ct) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<ContactSegment>().CountAsync(row => row.Ws == actor.Ws, stop) >= MostSegments)
                return Refusal.Conflict("too_many", MostSegments).ToProblem();
            var row = new ContactSegment { Ws = actor.Ws, Id = unit.Ids.New(), Name = request.Name.Trim(), Conditions = Write(request.Conditions), CreatedAt = unit.Ids.Now() };
            unit.Db.Table<ContactSegment>().Add(row);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "segment.created", "segment", row.Id.ToString(), new { row.Name }, stop);
            return TypedResults.Created($"/api/v1/segments/{row.Id}", Of(row));
        }, ct);
    }

    private static async Task<IResult> Change(Guid id, Request request, Actor actor, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Check(request, actor.Ws, fields, ct) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<ContactSegment>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound().ToProblem();
            (row.Name, row.Conditions) = (request.Name.Trim(), Write(request.Conditions));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "segment.changed", "segment", id.ToString(), new { row.Name }, stop);
            return TypedResults.Ok(Of(row));
        }, ct);
    }

    private static async Task<IResult> Delete(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
    {
        if (await unit.Db.Table<ContactSegment>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
            return Refusal.NotFound().ToProblem();
        unit.Db.Table<ContactSegment>().Remove(row);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "segment.deleted", "segment", id.ToString(), new { row.Name }, stop);
        return TypedResults.NoContent();
    }, ct);

    private static async Task<IResult> Count(PreviewRequest request, Actor actor, [AsParameters] Services with, CancellationToken ct)
    {
        var fields = await with.Fields.Of(actor.Ws, FieldObject.Contact, ct);
        if (SegmentRules.Check(request.Conditions, fields) is { } invalid)
            return invalid.ToProblem();
        await using var db = with.Storage.Read(actor.Ws);
        return TypedResults.Ok(new Preview(await SegmentRules.Narrow(db, actor.Ws, with.Reader.Visible(db, actor).Where(contact => contact.ErasedAt == null), request.Conditions, fields, with.Ids.Now()).CountAsync(ct)));
    }

    private static async Task<IResult> OfContact(Guid id, Actor actor, [AsParameters] Services with, CancellationToken ct)
    {
        await using var db = with.Storage.Read(actor.Ws);
        if (await with.Reader.Root(db, actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        var fields = await with.Fields.Of(actor.Ws, FieldObject.Contact, ct);
        var own = db.Visible(Scope<Contact>.Workspace(actor.Ws)).Where(one => one.Id == contact.Id);
        var holding = new List<Segment>();
        foreach (var row in await All(db, actor.Ws, ct))
        {
            // A field may have been archived since: such a segment holds nobody.
            if (SegmentRules.Check(Read(row), fields) is null && await SegmentRules.Narrow(db, actor.Ws, own, Read(row), fields, with.Ids.Now()).AnyAsync(ct))
                holding.Add(Of(row));
        }
        return TypedResults.Ok(new Segments(holding));
    }

    private static Task<List<ContactSegment>> All(QueqiaoDb db, int ws, CancellationToken ct) =>
        db.Table<ContactSegment>().AsNoTracking().Where(row => row.Ws == ws).OrderBy(row => row.Name).ThenBy(row => row.Id).ToListAsync(ct);

    private static async Task<Refusal?> Check(Request request, int ws, ICustomFields fields, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
            return Refusal.Invalid("name", "required");
        if (OneLine.HidesSomething(request.Name))
            return Refusal.Invalid("name", "control_characters");
        return request.Name.Length > MostName ? Refusal.Invalid("name", "too_long", MostName) : SegmentRules.Check(request.Conditions, await fields.Of(ws, FieldObject.Contact, ct));
    }

    public static IReadOnlyList<SegmentCondition> Read(ContactSegment row) => JsonSerializer.Deserialize<List<SegmentCondition>>(row.Conditions, TolerantJson.Options)!;

    private static string Write(IReadOnlyList<SegmentCondition> conditions) => JsonSerializer.Serialize(conditions, StrictJson.Options);

    private static Segment Of(ContactSegment row) => new(row.Id, row.Name, Read(row), Moment.At(row.CreatedAt));
}
