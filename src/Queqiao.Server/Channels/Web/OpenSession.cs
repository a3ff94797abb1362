using Queqiao.Server.Channels.Web.Users;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Web;

/// <summary><c>POST /widget/v1/sessions</c>: a visitor opens the chat. Nothing is stored for it.</summary>
internal static class OpenSession
{
    /// <param name="ChannelId">From the snippet.</param>
    /// <param name="VisitorToken">From an earlier session; a bad one is replaced, never an error.</param>
    /// <param name="User">The site's signed word about who this is. A bad one is an error: nobody becomes somebody by it.</param>
    /// <param name="Notice">What the visitor answered to the channel's notice.</param>
    /// <param name="Page">The page the visitor is on. Not stored before they write.</param>
    /// <param name="Locale">zh-CN or en.</param>
    internal sealed record Request(Guid ChannelId, string? VisitorToken = null, UserProof? User = null, Answered? Notice = null, string? Page = null, string? Locale = null);

    /// <param name="Hash">Of the notice they saw.</param>
    /// <param name="Accepted">Whether they pressed the button.</param>
    /// <param name="Purposes">What they switched on.</param>
    internal sealed record Answered(string Hash, bool Accepted = false, IReadOnlyList<string>? Purposes = null);

    internal sealed record Answer(string VisitorToken, Guid? ConversationId, long Seq, int Unread, bool Verified, Config Config);

    /// <param name="Pages">The chat may tell what this visitor looks at.</param>
    internal sealed record Config(string Title, string Greeting, string Color, string Locale, string Position, int TextLimit, NoticeToShow? Notice, BotGreeting? Bot, Hello? Hello, bool Pages);

    /// <summary>The greeting for a window that draws what can be chosen.</summary>
    internal sealed record Hello(string Text, IReadOnlyList<HelloPart>? Files);

    /// <param name="Kind">Always <c>bot</c>.</param>
    internal sealed record HelloPart(string Kind, HelloMenu Bot);

    internal sealed record HelloMenu(IReadOnlyList<string> Menu);

    /// <param name="Mode"><c>notice</c> or <c>accept</c>.</param>
    /// <param name="Answered">The visitor has answered to this version already.</param>
    internal sealed record NoticeToShow(string Mode, string Hash, int Version, string Locale, string Text, IReadOnlyDictionary<string, string> Purposes, bool Answered);

    /// <summary>What opening a session takes.</summary>
    internal sealed record Services(VisitorAccess Access, VisitorGate Gate, UserKeys Keys, VisitorTokens Tokens, IConsents Consents, ICustomerConversations Conversations, RateLimits Limits, Pressure Pressure, TimeProvider Clock, IBotDesk? Bots = null);

    public static async Task<IResult> Handle(TolerantBody<Request> body, HttpContext context, [AsParameters] Services with, CancellationToken ct)
    {
        if (with.Limits.OfNewSession(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        var request = body.Value;
        var (channel, refusal) = await with.Access.Channel(context, request.ChannelId);
        if (channel is null)
            return refusal!.ToProblem();

        var known = with.Tokens.Read(request.VisitorToken) is { } visitor && visitor.ChannelId == channel.Id ? visitor : null;
        if (known is null && request.User is null && with.Pressure.Of(Worth.NewChat) is { } later)
            return later.ToProblem();
        (var who, refusal) = await WhoIsIt(request, channel, known, with, ct);
        if (refusal is not null)
            return refusal.ToProblem();

        var conversation = who is null ? null : await with.Conversations.Find(new Customer(channel.Ws, who.Key), ct);
        if (who is not null && conversation is not null && who.Papers != known?.Papers)
            await with.Gate.Note(new AdmittedVisitor(who, channel), ct); // somebody we know brings something new
        var web = channel.Web!;
        var locale = web.Locale == "auto" ? (request.Locale is { } asked ? Locale.FromTag(asked) : Locale.Of(context)).Tag : web.Locale;
        var notice = await with.Gate.NoticeFor(channel, locale, ct);
        var greets = conversation is null ? with.Bots?.Greeting(channel.Ws, channel.Id, locale == "en" ? "en" : "zh") : null;
        return TypedResults.Ok(new Answer(
            with.Tokens.Issue(channel.Id, who?.Id, who?.Papers), conversation?.Id, conversation?.Seq ?? 0, conversation?.Unread ?? 0, who?.IsVerified ?? false,
            new Config(web.Title, greets is null ? web.Greeting : Greeting(greets), web.Color, locale, web.Position, ConversationRules.MostText, notice is null ? null
                : new NoticeToShow(web.Notice, notice.Hash, notice.Version, notice.Locale, notice.Text, notice.Purposes, who?.Papers?.Notice is { } said && said.Hash == notice.Hash && (said.Accepted || web.Notice == NoticeModes.Shown)),
                greets, HelloOf(web.Greeting, greets), who is not null && conversation is not null && await PageTelling.Allowed(channel, who, with.Consents, ct) is not null)));
    }

    private static Hello? HelloOf(string greeting, BotGreeting? bot) => bot is not null ? new(bot.Text, [new("bot", new(bot.Choices))])
        : greeting.Length > 0 ? new(greeting, null) : null;

    /// <summary>Clients that draw texts only offer the questions as well: a number asks one.</summary>
    private static string Greeting(BotGreeting bot) => bot.Menu.Count == 0 ? bot.Text : Delivering.Choices.Lines(bot.Text, bot.Menu);

    /// <summary>Null without a refusal: somebody new, whom the token will name.</summary>
    private static async ValueTask<(Visitor? Visitor, Refusal? Refusal)> WhoIsIt(Request request, ChannelView channel, Visitor? known, Services with, CancellationToken ct)
    {
        var papers = known?.Papers ?? new VisitorPapers();
        var id = known?.Id;
        if (request.User is { } proof)
        {
            var (user, code) = await with.Keys.Check(channel, proof, ct);
            if (user is null)
                return (null, Refusal.Forbidden(code!));
            // Somebody else on the same device brings nothing of who was here before but their answer to the notice.
            id = with.Keys.IdOf(channel, user.Sub);
            papers = papers with { User = user, UserUntil = with.Clock.GetUtcNow().Add(VisitorPapers.UserValid).ToUnixTimeMilliseconds() };
        }
        if (request.Notice is { } answered)
        {
            var notice = (await with.Consents.Notices(channel.Ws, channel.Id, ct)).FirstOrDefault(notice => notice.Hash == answered.Hash);
            if (notice is null)
                return (null, Refusal.Conflict("notice_unknown"));
            var purposes = (answered.Purposes ?? []).Distinct().ToList();
            if (purposes.FirstOrDefault(purpose => !notice.Purposes.ContainsKey(purpose)) is { } other)
                return (null, Refusal.Invalid("notice.purposes", "consent_own_purpose", other));
            papers = papers with { Notice = new NoticeAnswer(notice.Hash, with.Clock.GetUtcNow().ToUnixTimeMilliseconds(), answered.Accepted, purposes) };
            id ??= VisitorTokens.NewId();
        }
        return id is { } one ? (new Visitor(channel.Id, one, papers is { User: null, Notice: null } ? null : papers), null) : (null, null);
    }
}
