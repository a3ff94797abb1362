using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// Uploads over HTTP, the same for agents and visitors: <c>POST</c> announces, <c>PATCH</c> with <c>Upload-Offset</c> sends a piece,
/// <c>HEAD</c> says where to go on, <c>GET</c> what became of it, <c>DELETE</c> gives up. The manner of tus 1.0, less its creation headers.
/// </summary>
internal static class UploadRequests
{
    /// <summary>The media type of a piece: no form can send it, so no foreign page can.</summary>
    public const string PieceType = "application/offset+octet-stream";

    private const string OffsetHeader = "Upload-Offset";
    private const string LengthHeader = "Upload-Length";

    /// <param name="Name">As the person's computer calls it.</param>
    /// <param name="Size">In bytes.</param>
    internal sealed record BeginRequest(string Name, long Size);

    public static async Task<IResult> Begin(FileOwner owner, BeginRequest request, HttpContext context, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        var (row, refusal) = await uploads.Begin(owner, request.Name, request.Size, ct);
        return row is null ? refusal!.ToProblem() : Answer(context, await files.View(row, ct), 0, StatusCodes.Status201Created);
    }

    public static async Task<IResult> Add(FileOwner owner, Guid id, HttpContext context, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        if (await files.Own(owner, id, ct) is not { } row)
            return Refusal.NotFound().ToProblem();
        if (!string.Equals(context.Request.ContentType, PieceType, StringComparison.OrdinalIgnoreCase))
            return new Refusal(StatusCodes.Status415UnsupportedMediaType, "upload_media_type", PieceType).ToProblem();
        if (!long.TryParse(context.Request.Headers[OffsetHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return new Refusal(StatusCodes.Status400BadRequest, "invalid_parameter", OffsetHeader).ToProblem();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = row.Size + 1;
        var answer = await uploads.Add(row, offset, context.Request.Body, ct);
        if (answer.Refusal is not { } refusal)
            return Answer(context, await files.View(answer.File, ct), answer.Offset);
        context.Response.Headers[OffsetHeader] = answer.Offset.ToString(CultureInfo.InvariantCulture);
        return refusal.ToProblem();
    }

    public static async Task<IResult> Show(FileOwner owner, Guid id, HttpContext context, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        if (await files.Own(owner, id, ct) is not { } row)
            return Refusal.NotFound().ToProblem();
        return Answer(context, await files.View(row, ct), await uploads.Offset(row, ct));
    }

    public static async Task<IResult> Cancel(FileOwner owner, Guid id, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        if (await files.Own(owner, id, ct) is not { } row)
            return Refusal.NotFound().ToProblem();
        return await uploads.Cancel(row, ct) ? TypedResults.NoContent() : Refusal.Conflict("file_sent").ToProblem();
    }

    private static JsonAnswer Answer(HttpContext context, FileView file, long offset, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers[OffsetHeader] = offset.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[LengthHeader] = (file.State == FileState.Uploading ? file.Size : offset).ToString(CultureInfo.InvariantCulture);
        return JsonAnswer.Object((file, offset), static (json, it) =>
        {
            FileJson.WriteMembers(json, it.file);
            json.WriteNumber("offset", it.offset);
        }, status);
    }
}

/// <summary>A file as JSON.</summary>
internal static class FileJson
{
    public static void WriteMembers(System.Text.Json.Utf8JsonWriter json, FileView file)
    {
        json.WriteString("id", file.Id);
        json.WriteString("state", file.State);
        json.WriteString("kind", file.Kind);
        json.WriteString("name", file.Name);
        json.WriteString("contentType", file.ContentType);
        json.WriteNumber("size", file.Size);
        WriteShape(json, file.Width, file.Height, file.DurationMs);
    }

    /// <summary>What is known of how it looks.</summary>
    public static void WriteShape(System.Text.Json.Utf8JsonWriter json, int? width, int? height, int? durationMs)
    {
        if (width is { } w && height is { } h)
        {
            json.WriteNumber("width", w);
            json.WriteNumber("height", h);
        }
        if (durationMs is { } duration)
            json.WriteNumber("duration", duration / 1000.0);
    }

    /// <summary>What answers <c>…/files/links</c>: for each file that may be seen its state, and addresses when it is ready.</summary>
    public static JsonAnswer Links(IReadOnlyList<FileView> files, FileLinks links, int ws, LinkAudience audience) =>
        JsonAnswer.Object((files, links, ws, audience), static (json, it) =>
        {
            json.WriteStartArray("items");
            foreach (var file in it.files)
            {
                json.WriteStartObject();
                json.WriteString("id", file.Id);
                json.WriteString("state", file.State);
                if (file.State == FileState.Ready)
                    WriteLinks(json, file, it.links, it.ws, it.audience);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });

    private static void WriteLinks(System.Text.Json.Utf8JsonWriter json, FileView file, FileLinks links, int ws, LinkAudience audience)
    {
        var valid = file.Kind is FileKind.Audio or FileKind.Video ? FileLinks.ValidForMedia : FileLinks.Valid;
        var (path, expires) = links.Make(new FileLink(ws, file.Id, Variant.Served, audience), valid);
        json.WriteString("url", path);
        if (file.HasThumb)
            json.WriteString("thumbUrl", links.Make(new FileLink(ws, file.Id, Variant.Thumb, audience), valid).Path);
        json.WriteString("expiresAt", WireTime.Format(expires));
    }
}
