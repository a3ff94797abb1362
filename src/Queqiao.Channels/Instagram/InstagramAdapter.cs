using System.Text.Json.Nodes;
using Queqiao.Channels.Meta;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Instagram;

/// <summary>Direct messages to an Instagram business account.</summary>
public sealed class InstagramAdapter() : MetaPageAdapter("https://graph.instagram.com", Tokens), IRevisionChannel, IAuthorisedChannel, IRenewedChannel
{
    private static readonly InstagramTokens Tokens = new();

    public override ChannelDescriptor Descriptor { get; } = new("instagram", new("Instagram", "Instagram"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.Cards | Abilities.Typing | Abilities.ReadMarks | Abilities.React
            | Abilities.SeesRead | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Profiles,
        Reactions = new(("❤️", "love")), // the only one that may be sent
        Limits = new(new(1000, TextUnit.Utf8))
        {
            Buttons = 13, ButtonLabel = new(20, TextUnit.Utf16), CardText = new(1000, TextUnit.Utf8),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 8 << 20, [MediaKind.Voice] = 25 << 20, [MediaKind.Audio] = 25 << 20, [MediaKind.Video] = 25 << 20 },
        },
        Settings =
        [
            new("accountId", new("专业账号编号", "Professional account ID")), .. MetaEnvelope.Fields("https://developers.facebook.com/apps/"), .. CommonFields.Window,
            CommonFields.ApiBase with { Help = new("通过 Facebook 主页关联的账号请填 https://graph.facebook.com。", "For accounts that are linked by a Facebook page: https://graph.facebook.com.") },
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(24)), new(WindowTrigger.MenuClick, TimeSpan.FromHours(24)), new(WindowTrigger.Message, TimeSpan.FromDays(7), Tag: "HUMAN_AGENT")]),
        Console = new("https://developers.facebook.com/apps/"),
        Manual = new("https://developers.facebook.com/docs/instagram-platform/webhooks"),
        MediaHosts = ["*.fbcdn.net", "*.fbsbx.com", "*.cdninstagram.com"],
        Errors = Table(),
    };

    public IReadOnlyList<string> AuthorisesWith => MetaLogin.With;

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, "https://www.instagram.com", "/oauth/authorize", ("client_id", settings["appId"]), ("redirect_uri", request.RedirectUri),
        ("response_type", "code"), ("scope", "instagram_business_basic,instagram_business_manage_messages"), ("state", request.State));

    /// <summary>Instagram's own login: the code for a token of an hour, that for one of sixty days.</summary>
    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var settings = context.Settings;
        var answer = await Call.Send(context, HttpMethod.Post, settings.ApiBase("https://api.instagram.com") + "/oauth/access_token", Call.FormBody(
            ("client_id", settings["appId"]), ("client_secret", settings["appSecret"]), ("grant_type", "authorization_code"), ("redirect_uri", request.RedirectUri), ("code", code)), ct);
        var told = answer.Body["data"].IsArray ? answer.Body["data"][0] : answer.Body;
        if (!answer.IsOk || told["access_token"].Filled is not { } brief)
            return new AuthorisationOutcome.Denied(Failed(answer, answer.Body["code"].Text ?? "", answer.Body["error_message"].Text, context).Failure);
        // Only by an address: it goes to the platform alone, and what is logged of addresses leaves queries out.
        var longer = await Call.Get(context, settings.ApiBase("https://graph.instagram.com") + "/access_token?" + Form.Write([("grant_type", "ig_exchange_token"), ("client_secret", settings["appSecret"]), ("access_token", brief)]), ct);
        if (!longer.IsOk || longer.Body["access_token"].Filled is not { } token)
            return new AuthorisationOutcome.Denied(Graph.Failure(longer, context).Failure);
        var (me, denied) = await new MetaLogin(Graph).Get("me?fields=user_id,username", token, context, ct);
        if (denied is not null)
            return denied;
        var left = await new MetaLogin(Graph).Subscribe(me["user_id"].Filled ?? "me", token, "messages,messaging_postbacks,messaging_seen,messaging_referral,message_reactions,message_edit,standby", context, ct);
        return Consent.Granted(me["username"].Filled, MetaLogin.Until(longer.Body["expires_in"].Long, context), left, [("accessToken", token), .. me["user_id"].Filled is { } id ? [("accountId", id)] : Array.Empty<(string, string)>()]);
    }

    public async Task<Renewal> Renew(ChannelContext context, CancellationToken ct) =>
        Tokens.IsFor(context) ? Renewal.Of(await context.Tokens.Get(Tokens.Key(context), (before, stop) => Tokens.Fetch(context, before, stop), ct)) : new Renewal(null);

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Image is null && card.Buttons.Count > 0 && card.Buttons.All(button => button.Url is null);

    /// <summary>Instagram fetches media itself; without a public address there is nothing to fetch.</summary>
    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, new JsonObject { ["text"] = text.Text }, context, ct),
        CardContent card => await Message(part, QuickReplies(card), context, ct),
        MediaContent { Media: { Kind: MediaKind.Image or MediaKind.Video or MediaKind.Voice or MediaKind.Audio, PublicUrl: { } url } media } => await Message(part, new JsonObject
        {
            ["attachment"] = new JsonObject { ["type"] = Type(media.Kind), ["payload"] = new JsonObject { ["url"] = url.ToString() } },
        }, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => React(revision, context, ct);

    public override async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (body, failed) = await Graph.Get(context, Uri.EscapeDataString(personId) + "?fields=name,username,profile_pic", ct);
        return failed is not null ? new ProfileOutcome.Unknown(failed.Failure)
            : new ProfileOutcome.Known(new Person(personId) { Name = body["name"].Filled, Username = body["username"].Filled, AvatarUrl = body["profile_pic"].Filled });
    }
}
