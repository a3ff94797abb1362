using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Web;

/// <summary>/widget/v1/files: what visitors upload, and links to what was sent in their conversation.</summary>
internal static class VisitorFiles
{
    private const int MostLinks = 100;

    public static void Map(IEndpointRouteBuilder widget)
    {
        widget.MapPost("/files", Begin).IsPublic().TakesQuery().WithSummary("Announce an upload");
        widget.MapPatch("/files/{id:guid}", Add).IsPublic().TakesQuery().WithSummary("Send a piece of it (application/offset+octet-stream), from Upload-Offset on");
        widget.MapMethods("/files/{id:guid}", [HttpMethods.Head], Show).IsPublic().TakesQuery().WithSummary("Where to go on");
        widget.MapGet("/files/{id:guid}", Show).IsPublic().TakesQuery().WithSummary("What became of an upload");
        widget.MapDelete("/files/{id:guid}", Cancel).IsPublic().TakesQuery().WithSummary("Give up what was not sent yet");
        widget.MapPost("/files/links", Links).IsPublic().TakesQuery().WithSummary("Links to files of the visitor's conversation, good for minutes");
    }

    private static async Task<IResult> Begin(
        TolerantBody<UploadRequests.BeginRequest> body, HttpContext context, VisitorAccess access, VisitorGate gate, ICustomerConversations conversations, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        return await gate.MayWrite(who, ct) is { } notNow ? notNow.ToProblem() : await UploadRequests.Begin(conversations.Owner(who.Customer), body.Value, context, uploads, files, ct);
    }

    private static async Task<IResult> Add(
        Guid id, HttpContext context, VisitorAccess access, ICustomerConversations conversations, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        return who is null ? refusal!.ToProblem() : await UploadRequests.Add(conversations.Owner(who.Customer), id, context, uploads, files, ct);
    }

    private static async Task<IResult> Show(
        Guid id, HttpContext context, VisitorAccess access, ICustomerConversations conversations, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        return who is null ? refusal!.ToProblem() : await UploadRequests.Show(conversations.Owner(who.Customer), id, context, uploads, files, ct);
    }

    private static async Task<IResult> Cancel(
        Guid id, HttpContext context, VisitorAccess access, ICustomerConversations conversations, FileUploads uploads, StoredFiles files, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        return who is null ? refusal!.ToProblem() : await UploadRequests.Cancel(conversations.Owner(who.Customer), id, uploads, files, ct);
    }

    internal sealed record LinksRequest(Guid[] Ids);

    /// <summary>What the visitor may not have is left out, and so is what does not exist: the two are told apart by nobody.</summary>
    private static async Task<IResult> Links(
        TolerantBody<LinksRequest> body, HttpContext context, VisitorAccess access, ICustomerConversations conversations, FileLinks links, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        if (body.Value.Ids.Length > MostLinks)
            return Refusal.Invalid("ids", "too_many", MostLinks).ToProblem();
        return FileJson.Links(await conversations.Files(who.Customer, body.Value.Ids, ct), links, who.Customer.Ws, LinkAudience.Visitor);
    }
}
