using Microsoft.AspNetCore.Mvc;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Web;

/// <summary>/widget/v1: what the widget asks for over HTTP. Known by its token, never by a cookie.</summary>
internal static class VisitorEndpoints
{
    private const int MostWaitSeconds = 25;

    public static void Map(IEndpointRouteBuilder app)
    {
        var widget = app.MapGroup("/widget/v1").WithTags("Visitor");
        widget.MapPost("/sessions", OpenSession.Handle).IsPublic().TakesQuery();
        widget.MapGet("/consents", VisitorConsents.Show).IsPublic().TakesQuery();
        widget.MapPost("/consents", VisitorConsents.Change).IsPublic().TakesQuery();
        widget.MapGet("/messages", Messages).IsPublic().TakesQuery("after", "before", "limit", "wait");
        widget.MapPost("/messages", Send).IsPublic().TakesQuery();
        widget.MapPost("/events", Signal).IsPublic().TakesQuery();
        widget.MapPost("/context", VisitorContextEndpoint.Handle).IsPublic().TakesQuery();
        widget.MapGet("/transcript", Transcript).IsPublic().TakesQuery("format", "timeZone").WithSummary("What was said, as a file to keep: html (default), text or json");
        widget.MapGet("/unread", Unread).IsPublic().TakesQuery();
        VisitorFiles.Map(widget);
        VisitorLinks.Map(widget);
        Push.VisitorPush.Map(app);
        ChatPage.Map(app);
    }

    private static async Task<IResult> Messages(
        [AsParameters] PageRequest page, int? wait, HttpContext context, VisitorAccess access, ICustomerConversations conversations, CancellationToken ct)
    {
        if (page.Check() is { } bad)
            return bad.ToProblem();
        if (wait is < 0 or > MostWaitSeconds)
            return Refusal.Invalid("wait", "out_of_range", 0, MostWaitSeconds).ToProblem();
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        return JsonAnswer.Object(await conversations.Page(who.Customer, page, TimeSpan.FromSeconds(wait ?? 0), ct), static (json, it) =>
        {
            if (it.Conversation is { } conversation)
                json.WriteString("conversationId", conversation.Id);
            json.WriteNumber("seq", it.Conversation?.Seq ?? 0);
            it.WriteMembers(json);
        });
    }

    internal sealed record SendRequest(string? ClientId, string? Text = null, Guid[]? Attachments = null, long? ReplyTo = null);

    private static async Task<IResult> Send(TolerantBody<SendRequest> body, HttpContext context, VisitorAccess access, VisitorGate gate, ICustomerConversations conversations, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        if (await gate.MayWrite(who, ct) is { } notNow)
            return notNow.ToProblem();
        if (VisitorGate.WillBeSaid(body.Value.ClientId, body.Value.Text, body.Value.Attachments))
            await gate.Note(who, ct);
        return await conversations.Say(who.Customer, body.Value.ClientId, body.Value.Text, body.Value.Attachments, body.Value.ReplyTo) switch
        {
            CustomerAnswer.Stored stored => TypedResults.Json(stored, statusCode: StatusCodes.Status201Created),
            CustomerAnswer.Refused no => no.Refusal.ToProblem(),
            _ => throw new InvalidOperationException("An answer is stored or refused."),
        };
    }

    internal sealed record SignalRequest(string? Type, bool? On = null, long? Seq = null, int? Score = null, string? Comment = null, bool? Helpful = null, string? Reason = null);

    private static async Task<IResult> Signal(TolerantBody<SignalRequest> body, HttpContext context, VisitorAccess access, ICustomerConversations conversations, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        switch (body.Value)
        {
            case { Type: "read", Seq: { } seq }:
                return await conversations.MarkRead(who.Customer, seq) is { } no ? no.ToProblem() : TypedResults.NoContent();
            case { Type: "typing" }:
                await conversations.Typing(who.Customer, body.Value.On ?? true, ct);
                return TypedResults.NoContent();
            case { Type: "rating" } rating:
                return await conversations.Rate(who.Customer, rating.Score, rating.Comment) is { } refused ? refused.ToProblem() : TypedResults.NoContent();
            case { Type: "bot_rating", Seq: { } of, Helpful: { } helpful } rated:
                return await conversations.RateBot(who.Customer, of, helpful, rated.Reason) is { } not ? not.ToProblem() : TypedResults.NoContent();
            default:
                return Refusal.Invalid("type", "not_one_of", "typing, read, rating, bot_rating").ToProblem();
        }
    }

    private static async Task<IResult> Transcript(string? format, string? timeZone, HttpContext context, VisitorAccess access, ICustomerConversations conversations, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        return who is null ? refusal!.ToProblem() : await conversations.Transcript(who.Customer, format, timeZone, context, ct);
    }

    internal sealed record UnreadAnswer(Guid? ConversationId, int Unread, long Seq);

    private static async Task<IResult> Unread(HttpContext context, VisitorAccess access, ICustomerConversations conversations, CancellationToken ct)
    {
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        var conversation = await conversations.Find(who.Customer, ct);
        return TypedResults.Ok(new UnreadAnswer(conversation?.Id, conversation?.Unread ?? 0, conversation?.Seq ?? 0));
    }
}
