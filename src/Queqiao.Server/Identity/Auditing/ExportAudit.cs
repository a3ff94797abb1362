using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Identity.Auditing;

/// <summary><c>GET /api/v1/audit/export</c>: what the list would show, whole, oldest first; CSV for people, JSON lines with the chain's hashes for programs.</summary>
internal static class ExportAudit
{
    private const int AtOnce = 500;
    private static readonly string[] Columns = ["no", "id", "at", "actor_kind", "actor_id", "actor_name", "action", "object_kind", "object_id", "object_name", "detail", "address", "via", "hash"];

    /// <param name="Format"><c>csv</c> (default) or <c>jsonl</c>.</param>
    public sealed record Query(string? Format, Guid? Actor, string? Action, string? Object, string? Address, DateTimeOffset? From, DateTimeOffset? To);

    /// <param name="No">Its number in the chain; null: not linked yet.</param>
    private sealed record Line(AuditRow Row, long? No, byte[]? Hash);

    public static async Task<IResult> Handle([AsParameters] Query query, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var format = query.Format ?? "csv";
        if (format is not ("csv" or "jsonl"))
            return Refusal.Invalid("format", "not_one_of", "csv, jsonl").ToProblem();
        await Audit.Reading(storage, actor, context, "audit.exported", "workspace", actor.WorkspaceId.ToString(),
            new { format, query.Actor, query.Action, query.Object, query.Address, query.From, query.To }, ct);
        var isCsv = format == "csv";
        return TypedResults.Stream(stream => Write(stream, isCsv, query, actor.Ws, storage, ct), isCsv ? "text/csv; charset=utf-8" : "application/jsonl", isCsv ? "audit.csv" : "audit.jsonl");
    }

    private static async Task Write(Stream stream, bool isCsv, Query query, int ws, IStorageEngine storage, CancellationToken ct)
    {
        // Excel takes a file without the mark for the system's own encoding.
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: isCsv), leaveOpen: true);
        if (isCsv)
            await writer.WriteAsync(Csv.Line(Columns));
        await using var db = storage.Read(ws);
        for (Guid? after = null; ;)
        {
            var page = await Page(db, ws, query, after, ct);
            var names = await ListAudit.Names(db, ws, [.. page.Select(line => line.Row)], ct);
            foreach (var line in page)
                await writer.WriteAsync(isCsv ? Csv.Line(Cells(line, names)) : Json(line, names) + "\n");
            await writer.FlushAsync(ct);
            if (page.Count < AtOnce)
                return;
            after = page[^1].Row.Id;
        }
    }

    private static async Task<List<Line>> Page(QueqiaoDb db, int ws, Query query, Guid? after, CancellationToken ct)
    {
        var rows = ListAudit.Matching(db, ws, new ListAudit.Query(query.Actor, query.Action, query.Object, query.Address, query.From, query.To, null, null));
        if (after is { } last)
            rows = rows.Where(row => row.Id.CompareTo(last) > 0);
        return await (
            from row in rows
            join link in db.Table<AuditLink>().AsNoTracking() on new { row.Ws, row.Id } equals new { link.Ws, Id = link.AuditId } into links
            from link in links.DefaultIfEmpty()
            orderby row.Id
            select new Line(row, link == null ? null : link.No, link == null ? null : link.Hash)).Take(AtOnce).ToListAsync(ct);
    }

    private static string?[] Cells(Line line, Dictionary<Guid, string> names)
    {
        var entry = AuditEntry.Of(line.Row, names);
        return
        [
            line.No?.ToString(System.Globalization.CultureInfo.InvariantCulture), entry.Id.ToString(), WireTime.Format(entry.At), entry.Actor.Kind, entry.Actor.Id?.ToString(), entry.Actor.Name, entry.Action,
            entry.Object.Kind, entry.Object.Id, entry.Object.Name, line.Row.Detail, entry.Address, entry.Via, line.Hash is null ? null : Convert.ToHexStringLower(line.Hash),
        ];
    }

    private static string Json(Line line, Dictionary<Guid, string> names) => JsonSerializer.Serialize(new
    {
        line.No, Entry = AuditEntry.Of(line.Row, names), Mac = line.Row.Mac is null ? null : Convert.ToHexStringLower(line.Row.Mac), Hash = line.Hash is null ? null : Convert.ToHexStringLower(line.Hash),
    }, StrictJson.Options);
}
