using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Idempotency;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Attachments;

/// <summary>/api/v1/files: what agents upload, and links to what they may see.</summary>
internal static class FileEndpoints
{
    private const int MostLinks = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("/api/v1/files").WithTags("Files");
        files.MapPost("", Begin).Needs(Permissions.Reply).TakesQuery().WithSummary("Announce an upload");
        files.MapPatch("/{id:guid}", Add).Needs(Permissions.Reply).TakesQuery().HasKeyOfItsOwn()
            .WithSummary("Send a piece of it (application/offset+octet-stream), from Upload-Offset on");
        files.MapMethods("/{id:guid}", [HttpMethods.Head], Show).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("Where to go on");
        files.MapGet("/{id:guid}", Show).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("What became of an upload");
        files.MapDelete("/{id:guid}", Cancel).Needs(Permissions.Reply).TakesQuery().WithSummary("Give up what was not sent yet");
        files.MapPost("/links", Links).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("Links to files, good for minutes");
        app.MapGet("/api/v1/conversations/{id:guid}/files", Of).WithTags("Conversations").Needs(Permissions.ReadConversations).TakesQuery("limit", "cursor")
            .WithSummary("Files that were sent in a conversation, newest first");
    }

    private static FileOwner OwnerOf(Actor actor) => FileOwner.OfAgent(actor.Ws, actor.AgentId);

    private static Task<IResult> Begin(UploadRequests.BeginRequest request, Actor actor, HttpContext context, FileUploads uploads, StoredFiles files, CancellationToken ct) =>
        UploadRequests.Begin(OwnerOf(actor), request, context, uploads, files, ct);

    private static Task<IResult> Add(Guid id, Actor actor, HttpContext context, FileUploads uploads, StoredFiles files, CancellationToken ct) =>
        UploadRequests.Add(OwnerOf(actor), id, context, uploads, files, ct);

    private static Task<IResult> Show(Guid id, Actor actor, HttpContext context, FileUploads uploads, StoredFiles files, CancellationToken ct) =>
        UploadRequests.Show(OwnerOf(actor), id, context, uploads, files, ct);

    private static Task<IResult> Cancel(Guid id, Actor actor, FileUploads uploads, StoredFiles files, CancellationToken ct) =>
        UploadRequests.Cancel(OwnerOf(actor), id, uploads, files, ct);

    internal sealed record LinksRequest(Guid[] Ids);

    /// <summary>All or nothing: one file that the agent may not see makes the whole request 404, as a conversation would be.</summary>
    private static async Task<IResult> Links(LinksRequest request, Actor actor, ConversationReader reader, StoredFiles files, FileLinks links, OpenedFiles opened, HttpContext context, CancellationToken ct)
    {
        if (request.Ids.Length > MostLinks)
            return Refusal.Invalid("ids", "too_many", MostLinks).ToProblem();
        var ids = request.Ids.Distinct().ToArray();
        var found = await files.Views(actor.Ws, ids, ct);
        var conversations = found.Where(file => file.ConversationId is not null).Select(file => file.ConversationId!.Value).Distinct().ToArray();
        var visible = await reader.Seen(actor.Conversations(), conversations, ct);
        var allowed = found.Where(file => file.ConversationId is { } conversation
            ? visible.Contains(conversation) && actor.Rights.Fields.Messages != FieldLevel.Hidden
            : file.OwnerKind == FileOwner.Agent && file.OwnerKey == actor.AgentId).ToList();
        if (allowed.Count == ids.Length)
            await opened.Note(actor, [.. allowed.Where(file => file.ConversationId is not null)], context, ct);
        return allowed.Count == ids.Length ? FileJson.Links(allowed, links, actor.Ws, LinkAudience.Agent) : Refusal.NotFound().ToProblem();
    }

    private static async Task<IResult> Of(Guid id, int? limit, string? cursor, Actor actor, ConversationReader reader, StoredFiles files, CancellationToken ct)
    {
        if (limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        if (cursor is not null && !long.TryParse(cursor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is null)
            return Refusal.NotFound().ToProblem();
        var count = limit ?? 50;
        var before = cursor is null ? (long?)null : long.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
        var page = actor.Rights.Fields.Messages == FieldLevel.Hidden ? [] : await files.Of(actor.Ws, id, before, count + 1, ct);
        return JsonAnswer.Object((page, count), static (json, it) =>
        {
            json.WriteStartArray("items");
            foreach (var (file, at) in it.page.Take(it.count))
            {
                json.WriteStartObject();
                FileJson.WriteMembers(json, file);
                json.WriteString("at", WireTime.Format(at));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (it.page.Count > it.count)
                json.WriteString("nextCursor", it.page[it.count - 1].At.ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
    }
}
