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
        widget.MapPost("/sessions", Open).IsPublic().TakesQuery();
        widget.MapGet("/messages", Messages).IsPublic().TakesQuery("after", "before", "limit", "wait");
        widget.MapPost("/messages", Send).IsPublic().TakesQuery();
        widget.MapPost("/events", Signal).IsPublic().TakesQuery();
        widget.MapGet("/unread", Unread).IsPublic().TakesQuery();
    }

    /// <param name="ChannelId">From the snippet.</param>
    /// <param name="VisitorToken">From an earlier session; a bad one is replaced, never an error.</param>
    /// <param name="Page">The page the visitor is on. Not stored before they write.</param>
    /// <param name="Locale">zh-CN or en.</param>
    internal sealed record OpenRequest(Guid ChannelId, string? VisitorToken = null, string? Page = null, string? Locale = null);

    internal sealed record OpenAnswer(string VisitorToken, Guid? ConversationId, long Seq, int Unread, WidgetConfig Config);

    internal sealed record WidgetConfig(string Title, string Greeting, string Color, string Locale, string Position, int TextLimit);

    private static async Task<IResult> Open(TolerantBody<OpenRequest> body, HttpContext context, VisitorAccess access, ICustomerConversations conversations, VisitorTokens tokens, RateLimits limits, CancellationToken ct)
    {
        if (limits.OfNewSession(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        var request = body.Value;
        var (channel, refusal) = await access.Channel(context, request.ChannelId);
        if (channel is null)
            return refusal!.ToProblem();
        var known = tokens.Read(request.VisitorToken) is { } visitor && visitor.ChannelId == channel.Id ? visitor : null;
        var conversation = known is null ? null : await conversations.Find(new Customer(channel.Ws, known.Key), ct);
        var web = channel.Web!;
        var locale = web.Locale == "auto" ? (request.Locale is { } asked ? Locale.FromTag(asked) : Locale.Of(context)).Tag : web.Locale;
        return TypedResults.Ok(new OpenAnswer(tokens.Issue(channel.Id, known?.Id), conversation?.Id, conversation?.Seq ?? 0, conversation?.Unread ?? 0,
            new WidgetConfig(web.Title, web.Greeting, web.Color, locale, web.Position, ConversationRules.MostText)));
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

    internal sealed record SendRequest(string? ClientId, string? Text, long? ReplyTo = null);

    private static async Task<IResult> Send(TolerantBody<SendRequest> body, HttpContext context, VisitorAccess access, ICustomerConversations conversations)
    {
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        return await conversations.Say(who.Customer, body.Value.ClientId, body.Value.Text, body.Value.ReplyTo) switch
        {
            CustomerAnswer.Stored stored => TypedResults.Json(stored, statusCode: StatusCodes.Status201Created),
            CustomerAnswer.Refused no => no.Refusal.ToProblem(),
            _ => throw new InvalidOperationException("An answer is stored or refused."),
        };
    }

    internal sealed record SignalRequest(string? Type, bool? On = null, long? Seq = null);

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
            default:
                return Refusal.Invalid("type", "not_one_of", "typing, read").ToProblem();
        }
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
