using System.Globalization;
using System.Text.Json;
using System.Text;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Moving;

/// <summary><c>GET /api/v1/contacts/export</c>: everybody the actor may see, as CSV, page by page while it is read.</summary>
internal static class ExportContacts
{
    private const int AtOnce = 100;
    private static readonly string[] Columns = ["id", "name", "verified", "email", "phone", "tags", "blocked", "created_at", "last_seen_at"];

    public static void Map(RouteGroupBuilder contacts) =>
        contacts.MapGet("/export", Handle).Costs(RequestCost.Export).IsBulkWork().Needs(Permissions.ExportContacts).NeedsSecondPerson(SecondPersonActs.ExportContacts).TakesQuery("q", "tag", "verified", "blocked", "purpose")
            .WithSummary("Contacts as CSV, with headings in the reader's language; only those whose data may be used for the purpose").Produces(StatusCodes.Status200OK, contentType: "text/csv");

    private static async Task Handle(string? q, string? tag, bool? verified, bool? blocked, string? purpose, Actor actor, ContactReader reader, PurposeGate gate, ICustomFields custom, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var wanted = purpose ?? Purposes.Service;
        if (!Purposes.All.Contains(wanted))
        {
            await Refusal.Invalid("purpose", "not_one_of", string.Join(", ", Purposes.All)).ToProblem().ExecuteAsync(context);
            return;
        }
        var fields = (await custom.Of(actor.Ws, FieldObject.Contact, ct)).All.Where(field => !field.Archived).ToList();
        var refusal = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await DailyUse.Take(unit, actor, DailyUse.Exports, actor.Rights.PerDay(Permissions.ExportContacts, limits => limits.ExportsPerDay), stop) is { } tooOften)
                return tooOften;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contacts.exported", "workspace", null, new { search = q is not null, tag, verified, blocked, purpose = wanted }, stop);
            return null;
        }, ct);
        if (refusal is not null)
        {
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"contacts.csv\"";
        context.Response.Headers.CacheControl = "no-store";
        // Excel takes a file without the mark for the system's own encoding, which is not UTF-8 on most Chinese machines.
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        var locale = Locale.Of(context);
        await writer.WriteAsync(Csv.Line([.. Columns.Select(column => Messages.Text(locale, "contact_csv_" + column)), .. fields.Select(field => field.Name)]));
        var filter = new ContactFilter(q?.Trim() is { Length: > 0 } search ? search : null, tag, verified, blocked);
        for (ContactCursor? from = null; ;)
        {
            var (rows, values) = await reader.PageWithFields(actor, filter, from, AtOnce, ct);
            await using var db = storage.Read(actor.Ws);
            var allowed = await gate.Allowed(db, actor.Ws, [.. rows.Items.Select(row => row.Id)], wanted, ct);
            foreach (var row in rows.Items.Where(row => allowed.Contains(row.Id)))
                await writer.WriteAsync(LineOf(row, fields, values.GetValueOrDefault(row.Id)));
            await writer.FlushAsync(ct);
            if (rows.NextCursor is not { } next)
                break;
            from = ContactCursor.Parse(next);
        }
    }

    private static string LineOf(ContactRow row, List<CustomField> fields, IReadOnlyDictionary<string, JsonElement>? values) => Csv.Line(
    [
        row.Id.ToString(), row.Name, row.Verified ? "1" : "0", row.Email, row.Phone, string.Join("; ", row.Tags), row.Blocked ? "1" : "0",
        row.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), row.LastSeenAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        .. fields.Select(field => values is not null && values.TryGetValue(field.Key, out var value) ? TextOf(field, value) : null),
    ]);

    private static string TextOf(CustomField field, JsonElement value)
    {
        string Label(string id) => field.Options.FirstOrDefault(option => option.Id == id)?.Label ?? id;
        return value.ValueKind switch
        {
            JsonValueKind.Array => string.Join("; ", value.EnumerateArray().Select(one => Label(one.GetString() ?? ""))),
            JsonValueKind.String => Label(value.GetString()!),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            _ => value.GetRawText(),
        };
    }
}
