using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.HelpCentre;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Files;

internal sealed record KnowledgeFileView(Guid Id, string Name, string Type, int Size, string Markdown);

/// <summary>Pictures and documents of articles. Strangers get one only while something that strangers may read shows it.</summary>
internal static class ServeFile
{
    private const string Purpose = "knowledge file";
    private const int Most = 5 * 1024 * 1024;

    /// <param name="FileId">An uploaded file: scanned, and pictures encoded anew, as every file.</param>
    public sealed record NewFile(Guid FileId, Guid? BaseId = null);

    public static async Task<IResult> Add(NewFile request, Actor actor, StoredFiles files, FileUploads uploads, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var row = await files.Own(FileOwner.OfAgent(actor.Ws, actor.AgentId), request.FileId, ct);
        if (row is not { State: FileState.Ready, ConversationId: null } || await files.Read(row, Variant.Served, ct) is not { } stream)
            return Refusal.Invalid("fileId", "file_unknown").ToProblem();
        var view = await files.View(row, ct);
        using var bytes = new MemoryStream();
        await using (stream)
        {
            var buffer = new byte[64 * 1024];
            while (await stream.ReadAsync(buffer, ct) is > 0 and var count)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > Most)
                    return Refusal.Invalid("fileId", "file_too_large", Most).ToProblem();
            }
        }
        var added = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await Bases.Home(unit, actor.Ws, request.BaseId, stop) is not { } home)
                return null;
            var id = unit.Ids.New();
            var file = new KnowledgeFile
            {
                Ws = actor.Ws, Id = id, BaseId = home.Id, Name = view.Name, Type = view.ContentType, Size = (int)bytes.Length, Sealed = vault.Seal(actor.Ws, Purpose, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), id), ByAgent = actor.AgentId, CreatedAt = unit.Ids.Now(),
            };
            unit.Db.Table<KnowledgeFile>().Add(file);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_file.added", "knowledge_file", id.ToString(), new { file.Type, file.Size }, stop);
            return file;
        }, ct);
        if (added is null)
            return Refusal.Invalid("baseId", "knowledge_base_unknown").ToProblem();
        await uploads.Cancel(row, ct);
        var label = new string([.. added.Name.Where(letter => letter is not ('[' or ']' or '\\'))]);
        return TypedResults.Created($"/api/v1/knowledge/files/{added.Id}", new KnowledgeFileView(added.Id, added.Name, added.Type, added.Size, $"{(view.Kind == FileKind.Image ? "!" : "")}[{label}](file:{added.Id})"));
    }

    public static Task<IResult> Inside(Guid id, Actor actor, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct) => Give(actor.Ws, id, isPublic: false, vault, storage, context, ct);

    public static async Task<IResult> Public(Guid id, HttpContext context, HelpSites sites, IVault vault, IStorageEngine storage, CancellationToken ct)
    {
        if (await sites.Of(context, null, ct) is not { } site || !site.Shelf.ShowingFile(id).Any(item => site.Find(item) is not null))
            return TypedResults.NotFound();
        return await Give(site.Ws, id, isPublic: true, vault, storage, context, ct);
    }

    private static async Task<IResult> Give(int ws, Guid id, bool isPublic, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Table<KnowledgeFile>().AsNoTracking().SingleOrDefaultAsync(file => file.Ws == ws && file.Id == id, ct);
        if (row is null)
            return isPublic ? TypedResults.NotFound() : Refusal.NotFound().ToProblem();
        context.Response.Headers.CacheControl = isPublic ? "public, max-age=300" : "private, max-age=300";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        var isShown = row.Type is "image/png" or "image/jpeg" or "image/webp" or "image/gif" or "image/avif";
        return TypedResults.File(vault.Open(ws, Purpose, row.Sealed, id), isShown ? row.Type : "application/octet-stream", isShown ? null : row.Name);
    }
}
