using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Automation.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Automation.CannedReplies;

/// <summary><c>/api/v1/canned-replies/export</c> and <c>/import</c>: texts as CSV, one's own or the shared ones.</summary>
internal static class MoveReplies
{
    private const int MostRows = 2_000;
    private const int MostProblems = 200;

    private static readonly string[] Columns = ["shortcut", "title", "body"];

    /// <summary>Headings, folded, in both languages.</summary>
    private static readonly Dictionary<string, int> Headings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["shortcut"] = 0, ["快捷词"] = 0, ["快捷码"] = 0, ["short code"] = 0, ["title"] = 1, ["标题"] = 1, ["名称"] = 1, ["name"] = 1, ["body"] = 2, ["text"] = 2, ["content"] = 2, ["正文"] = 2, ["内容"] = 2,
    };

    /// <param name="FileId">An uploaded CSV file.</param>
    /// <param name="Shared">For everybody; else one's own.</param>
    /// <param name="Overwrite">Texts with the same shortcut take the file's words; else they stay.</param>
    /// <param name="Check">Only say what would happen.</param>
    public sealed record Request(Guid FileId, bool Shared = false, bool Overwrite = false, bool Check = false);

    public sealed record Answer(int Added, int Changed, int Skipped, IReadOnlyList<Problem> Problems);

    /// <param name="Row">In the file, below the headings.</param>
    public sealed record Problem(int Row, string Code, string Text);

    public static async Task Export(Actor actor, Identity.ITeams teams, IStorageEngine storage, HttpContext context, bool shared = true, CancellationToken ct = default)
    {
        var mine = (await teams.TeamsOf(actor.Ws, actor.AgentId, ct)).ToList();
        await using var db = storage.Read(actor.Ws);
        var rows = await ListReplies.Visible(db, actor, mine, actor.May(Permissions.ManageReplies)).AsNoTracking().Where(reply => (reply.OwnerId == null) == shared).OrderBy(reply => reply.Shortcut).ToListAsync(ct);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"replies.csv\"";
        context.Response.Headers.CacheControl = "no-store";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        var locale = Locale.Of(context);
        await writer.WriteAsync(Csv.Line(Columns.Select(column => Messages.Text(locale, "reply_csv_" + column))));
        foreach (var row in rows)
            await writer.WriteAsync(Csv.Line([row.Shortcut, row.Title, row.Body]));
    }

    public static async Task<IResult> Import(Request request, Actor actor, StoredFiles files, FileUploads uploads, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Shared && !actor.May(Permissions.ManageReplies))
            return Refusal.Forbidden().ToProblem();
        var row = await files.Own(FileOwner.OfAgent(actor.Ws, actor.AgentId), request.FileId, ct);
        if (row is not { State: FileState.Ready, ConversationId: null } || await files.Read(row, Variant.Served, ct) is not { } stream)
            return Refusal.Invalid("fileId", "file_unknown").ToProblem();
        var (records, refusal) = await Read(stream, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var locale = Locale.Of(context);
        var answer = await storage.Run(actor.Ws, (unit, stop) => Write(unit, request, actor, records, locale, context, stop), ct);
        if (!request.Check)
            await uploads.Cancel(row, ct);
        return TypedResults.Ok(answer);
    }

    private static async Task<(List<string?[]> Records, Refusal? Refusal)> Read(Stream stream, CancellationToken ct)
    {
        var format = await TableFormat.Detect(stream, ct);
        stream.Position = 0;
        using var text = format.Open(stream);
        var reader = format.Read(text);
        var (records, places) = (new List<string?[]>(), new[] { 0, 1, 2 });
        try
        {
            while (await reader.Next(ct) is { } record)
            {
                var heads = record.Cells.Select(cell => Headings.GetValueOrDefault(Csv.Clean(cell), -1)).ToList();
                if (record.No == 1 && heads.Exists(place => place >= 0))
                    places = [heads.IndexOf(0), heads.IndexOf(1), heads.IndexOf(2)];
                else
                    records.Add([.. places.Select(place => place >= 0 && place < record.Cells.Count ? Csv.Clean(record.Cells[place]) : null)]);
                if (records.Count > MostRows)
                    return ([], Refusal.Invalid("fileId", "too_many", MostRows));
            }
        }
        catch (TableException broken)
        {
            return ([], Refusal.Invalid("fileId", broken.Code, broken.Line, broken.Most));
        }
        return (records, null);
    }

    private static async Task<Answer> Write(WriteUnit unit, Request request, Actor actor, List<string?[]> records, Locale locale, HttpContext context, CancellationToken ct)
    {
        Guid? owner = request.Shared ? null : actor.AgentId;
        var known = await unit.Db.Table<CannedReply>().Where(reply => reply.Ws == actor.Ws && reply.OwnerId == owner).ToDictionaryAsync(reply => reply.Shortcut, ct);
        var room = ChangeReplies.MostOfWorkspace - await unit.Db.Table<CannedReply>().CountAsync(reply => reply.Ws == actor.Ws, ct);
        var (added, changed, skipped, problems, seen) = (0, 0, 0, new List<Problem>(), new HashSet<string>());
        for (var i = 0; i < records.Count; i++)
        {
            var shortcut = ChangeReplies.Normal(records[i][0] ?? "");
            var title = records[i][1] is { Length: > 0 } named ? named : shortcut;
            var body = records[i][2] ?? "";
            var fault = ChangeReplies.Faults(shortcut, title, body).Select(one => one.Fault).FirstOrDefault()
                ?? (!seen.Add(shortcut) ? new FieldFault("reply_twice") : !known.ContainsKey(shortcut) && added >= room ? new FieldFault("too_many", ChangeReplies.MostOfWorkspace) : null);
            if (fault is not null)
                problems.Add(new Problem(i + 1, fault.Code, Messages.Text(locale, fault.Code, fault.Args)));
            else if (!known.TryGetValue(shortcut, out var reply))
                added += Add(unit, actor, owner, shortcut, title, body);
            else if (!request.Overwrite || (reply.Title == title && reply.Body == body))
                skipped++;
            else
            {
                (reply.Title, reply.Body, reply.ChangedAt) = (title, body, unit.Ids.Now());
                changed++;
            }
        }
        if (request.Check)
            unit.Abandon();
        else if (request.Shared)
            await Audit.Record(unit, AuditBy.Agent(actor, context), "canned_reply.imported", "canned_reply", null, new { added, changed }, ct);
        else
            await unit.Db.SaveChangesAsync(ct);
        return new Answer(added, changed, skipped, [.. problems.Take(MostProblems)]);
    }

    private static int Add(WriteUnit unit, Actor actor, Guid? owner, string shortcut, string title, string body)
    {
        var now = unit.Ids.Now();
        unit.Db.Table<CannedReply>().Add(new CannedReply { Ws = actor.Ws, Id = unit.Ids.New(), Shortcut = shortcut, Title = title, Body = body, OwnerId = owner, CreatedAt = now, ChangedAt = now });
        return 1;
    }
}
