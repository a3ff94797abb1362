using Microsoft.AspNetCore.Mvc;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
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

    private static async Task<IResult> Open(TolerantBody<OpenRequest> body, HttpContext context, VisitorServices services, VisitorTokens tokens, RateLimits limits, CancellationToken ct)
    {
        if (limits.OfNewSession(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        var request = body.Value;
        var (channel, refusal) = await services.Access.Channel(context, request.ChannelId);
        if (channel is null)
            return refusal!.ToProblem();
        var known = tokens.Read(request.VisitorToken) is { } visitor && visitor.ChannelId == channel.Id ? visitor : null;
        var head = known is null ? null : await services.Reader.HeadOf(channel.Ws, known.Key, ct);
        var web = channel.Web!;
        var locale = web.Locale == "auto" ? (request.Locale is { } asked ? Locale.FromTag(asked) : Locale.Of(context)).Tag : web.Locale;
        return TypedResults.Ok(new OpenAnswer(tokens.Issue(channel.Id, known?.Id), head?.Id, head?.PublicSeq ?? 0, head?.ContactUnread ?? 0,
            new WidgetConfig(web.Title, web.Greeting, web.Color, locale, web.Position, ConversationRules.MostText)));
    }

    private static async Task<IResult> Messages(long? after, long? before, int? limit, int? wait, HttpContext context, VisitorServices services, CancellationToken ct)
    {
        if (PageRequest.Check(after, before, limit) is { } bad)
            return bad.ToProblem();
        if (wait is < 0 or > MostWaitSeconds)
            return Refusal.Invalid("wait", "out_of_range", 0, MostWaitSeconds).ToProblem();
        var (who, refusal) = await services.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        var page = new PageOf(limit ?? 50, after, before, OnlyPublic: true);
        var head = await services.Reader.HeadOf(who.Channel.Ws, who.Visitor.Key, ct);
        if (wait > 0 && after is not null && (head is null || head.PublicSeq <= after))
            head = await LongPoll.Wait(services, who, after.Value, TimeSpan.FromSeconds(wait.Value), ct);
        var log = head is null ? new LogPage([], false) : await services.Reader.Page(head, page, ct);
        return JsonAnswer.Object((head, log), static (json, it) =>
        {
            if (it.head is { } head)
                json.WriteString("conversationId", head.Id);
            json.WriteNumber("seq", it.head?.PublicSeq ?? 0);
            PageRequest.WriteMembers(json, it.log, it.head!, Audience.Customer);
        });
    }

    internal sealed record SendRequest(string? ClientId, string? Text);

    private static async Task<IResult> Send(TolerantBody<SendRequest> body, HttpContext context, VisitorServices services)
    {
        var (who, refusal) = await services.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        if (Sending.Check(body.Value.ClientId, body.Value.Text) is { } wrong)
            return wrong.ToProblem();
        var outcome = await services.Log.Append(reply => VisitorSending.Message(who, body.Value.ClientId!, body.Value.Text!, reply, origin: null));
        return outcome is LogOutcome.Stored stored
            ? JsonAnswer.Object(stored, static (json, it) => SendAnswer.WriteMembers(json, it, forCustomer: true), StatusCodes.Status201Created)
            : ((LogOutcome.Refused)outcome).Refusal.ToProblem();
    }

    internal sealed record SignalRequest(string? Type, bool? On = null, long? Seq = null);

    private static async Task<IResult> Signal(TolerantBody<SignalRequest> body, HttpContext context, VisitorServices services, CancellationToken ct)
    {
        var (who, refusal) = await services.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        switch (body.Value)
        {
            case { Type: "read", Seq: { } seq }:
                var outcome = await services.Log.Append(reply => VisitorSending.Read(who, seq, reply));
                return outcome is LogOutcome.Refused refused ? refused.Refusal.ToProblem() : TypedResults.NoContent();
            case { Type: "typing" }:
                if (await services.Reader.HeadOf(who.Channel.Ws, who.Visitor.Key, ct) is { } head)
                    VisitorSignals.Typing(services.Hub, who, head.Id, body.Value.On ?? true);
                return TypedResults.NoContent();
            default:
                return Refusal.Invalid("type", "not_one_of", "typing, read").ToProblem();
        }
    }

    internal sealed record UnreadAnswer(Guid? ConversationId, int Unread, long Seq);

    private static async Task<IResult> Unread(HttpContext context, VisitorServices services, CancellationToken ct)
    {
        var (who, refusal) = await services.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        var head = await services.Reader.HeadOf(who.Channel.Ws, who.Visitor.Key, ct);
        return TypedResults.Ok(new UnreadAnswer(head?.Id, head?.ContactUnread ?? 0, head?.PublicSeq ?? 0));
    }
}
