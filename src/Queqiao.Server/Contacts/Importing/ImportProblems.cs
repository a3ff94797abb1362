using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary><c>GET /api/v1/contacts/imports/{id}/problems</c>: the rows as they stood in the file, ready to be mended and imported again.</summary>
internal static class ImportProblems
{
    private const int AtOnce = 500;

    public static async Task Handle(Guid id, Actor actor, ImportViews views, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await views.Find(actor.Ws, id, ct) is not { } import)
        {
            await Refusal.NotFound().ToProblem().ExecuteAsync(context);
            return;
        }
        await Audit.Reading(storage, actor, context, "contacts.import_problems_read", "import", id.ToString(), null, ct);
        var memory = ImportMemory.Of(import, vault);
        var locale = Locale.Of(context);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"import-problems.csv\"";
        context.Response.Headers.CacheControl = "no-store";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteAsync(Csv.Line(
        [
            Messages.Text(locale, "import_csv_row"), Messages.Text(locale, "import_csv_problem"), Messages.Text(locale, "import_csv_column"),
            .. memory.Plan is { } plan ? plan.Columns.Select((target, i) => target == ColumnTarget.Ignore ? ImportColumns.LetterOf(i) : target) : [],
        ]));
        for (var after = 0; ;)
        {
            await using var db = storage.Read(actor.Ws);
            var rows = await db.Visible(Scope<ContactImportRow>.Workspace(actor.Ws)).Where(row => row.ImportId == id && row.Code != null && row.No > after).OrderBy(row => row.No).Take(AtOnce).ToListAsync(ct);
            foreach (var row in rows)
            {
                var cells = row.Cells is { } sealedCells ? ImportMemory.OpenCells(vault, actor.Ws, id, sealedCells) : [];
                await writer.WriteAsync(Csv.Line([row.No.ToString(System.Globalization.CultureInfo.InvariantCulture), Messages.Text(locale, row.Code!, row.Arg ?? ""), row.ColumnNo is { } column ? ImportColumns.LetterOf(column) : "", .. cells]));
            }
            await writer.FlushAsync(ct);
            if (rows.Count < AtOnce)
                return;
            after = rows[^1].No;
        }
    }
}
