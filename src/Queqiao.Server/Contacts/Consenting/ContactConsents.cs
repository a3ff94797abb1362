using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Consenting;

/// <summary><c>/api/v1/contacts/{id}/consents</c> and <c>/api/v1/consents/export</c>: what people agreed to, and the proof.</summary>
internal static class ContactConsents
{
    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder contacts)
    {
        contacts.MapGet("/{id:guid}/consents", Show).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("What holds for each purpose, and every line of the ledger").Produces<Answer>();
        contacts.MapPost("/{id:guid}/consents", Record).Needs(Permissions.EditContacts).TakesQuery().WithSummary("Write down what a person said to a colleague").Produces<Answer>();
        app.MapGet("/api/v1/consents/export", Export).Costs(RequestCost.Export).IsBulkWork().WithTags("Contacts").Needs(Permissions.ExportContacts).NeedsSecondPerson(SecondPersonActs.ExportContacts).TakesQuery("from", "to").WithSummary("The consent ledger as CSV").Produces(StatusCodes.Status200OK, contentType: "text/csv");
    }

    internal sealed record Line(Guid Id, string Purpose, string Act, DateTimeOffset At, string How, Guid? ChannelId, string? NoticeLocale, int? NoticeVersion, string? NoticeHash, Guid? ActorId, Guid ContactId);

    /// <param name="Allowed">Purpose to whether data may be used for it now.</param>
    internal sealed record Answer(IReadOnlyDictionary<string, bool> Allowed, IReadOnlyList<Line> Items);

    internal sealed record Request(string Purpose, bool Given);

    private static async Task<IResult> Show(Guid id, Actor actor, ContactReader reader, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await reader.Root(db, actor, id, ct) is { } contact ? TypedResults.Ok(await Of(db, actor.Ws, contact.Id, ct)) : Refusal.NotFound().ToProblem();
    }

    private static async Task<IResult> Record(Guid id, Request request, Actor actor, ContactReader reader, IConsents consents, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        // An objection to the service itself may be noted; a consent to it is given by writing to us.
        if (!Purposes.All.Contains(request.Purpose) || (request is { Purpose: Purposes.Service, Given: true }))
            return Refusal.Invalid("purpose", "not_one_of", string.Join(", ", Purposes.Optional)).ToProblem();
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, contact, stop) =>
        {
            var tree = request.Given ? [contact.Id] : await ContactReader.Tree(unit.Db, actor.Ws, contact.Id, stop);
            foreach (var one in tree)
                await consents.Record(unit, one, [new ConsentLine(request.Purpose, request.Given ? ConsentActs.Given : ConsentActs.Withdrawn, unit.Ids.Now(), "agent", ActorId: actor.AgentId)], stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), request.Given ? "consent.given" : "consent.withdrawn", "contact", contact.Id.ToString(), new { request.Purpose }, stop);
            return null;
        }, ct);
        if (no is not null)
            return no.ToProblem();
        await using var db = storage.Read(actor.Ws);
        return await reader.Root(db, actor, id, ct) is { } now ? TypedResults.Ok(await Of(db, actor.Ws, now.Id, ct)) : Refusal.NotFound().ToProblem();
    }

    private static async Task<Answer> Of(QueqiaoDb db, int ws, Guid root, CancellationToken ct)
    {
        var tree = await ContactReader.Tree(db, ws, root, ct);
        var rows = await db.Visible(Scope<ConsentRow>.Workspace(ws)).Where(row => tree.Contains(row.ContactId)).OrderByDescending(row => row.At).ThenByDescending(row => row.Id).ToListAsync(ct);
        var state = Consents.Replay(rows);
        return new Answer(Purposes.All.ToDictionary(purpose => purpose, purpose => PurposeGate.Allows(state, purpose), StringComparer.Ordinal), [.. rows.Select(LineOf)]);
    }

    private static Line LineOf(ConsentRow row) => new(row.Id, row.Purpose, row.Act, Moment.At(row.At), row.How, row.ChannelId, row.NoticeLocale, row.NoticeVersion,
        row.NoticeHash is null ? null : Convert.ToHexStringLower(row.NoticeHash), row.ActorId, row.ContactId);

    private static async Task Export(DateTimeOffset? from, DateTimeOffset? to, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var (after, before) = (from?.ToUnixTimeMilliseconds() ?? 0, to?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            await Audit.Record(unit, AuditBy.Agent(actor, context), "consents.exported", "workspace", null, new { from, to }, stop);
            return 0;
        }, ct);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"consents.csv\"";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteLineAsync("id,contact_id,purpose,act,at,how,channel_id,notice_locale,notice_version,notice_hash,actor_id");
        await using var db = storage.Read(actor.Ws);
        // Nothing in these columns was written by a person, so no cell can be a formula.
        await foreach (var row in db.Visible(Scope<ConsentRow>.Workspace(actor.Ws)).Where(row => row.At >= after && row.At < before).OrderBy(row => row.At).ThenBy(row => row.Id).AsAsyncEnumerable().WithCancellation(ct))
        {
            var line = LineOf(row);
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{line.Id},{line.ContactId},{line.Purpose},{line.Act},{line.At:yyyy-MM-ddTHH:mm:ss.fffZ},{line.How},{line.ChannelId},{line.NoticeLocale},{line.NoticeVersion},{line.NoticeHash},{line.ActorId}").AsMemory(), ct);
        }
        await writer.FlushAsync(ct);
    }
}
