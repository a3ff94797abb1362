using System.Text.Json.Nodes;
using Queqiao.Channels.Meta;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Messenger;

/// <summary>Messages to a Facebook page.</summary>
public sealed class MessengerAdapter() : MetaPageAdapter("https://graph.facebook.com"), IRevisionChannel, IAuthorisedChannel
{
    private const int MostTemplateButtons = 3;

    public override ChannelDescriptor Descriptor { get; } = new("messenger", new("Facebook Messenger", "Facebook Messenger"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Cards | Abilities.Reply | Abilities.Typing | Abilities.ReadMarks
            | Abilities.React | Abilities.SeesDelivered | Abilities.SeesRead | Abilities.SeesEdits | Abilities.SeesReactions | Abilities.Profiles,
        Reactions = Reactions.Of("👍", "❤️", "😆", "😮", "😢", "🎉", "🙏"),
        Limits = new(new(2000, TextUnit.Utf16))
        {
            Buttons = 13, ButtonLabel = new(20, TextUnit.Utf16), CardText = new(640, TextUnit.Utf16),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 8 << 20, [MediaKind.Voice] = 25 << 20, [MediaKind.Audio] = 25 << 20, [MediaKind.Video] = 25 << 20, [MediaKind.File] = 25 << 20 },
        },
        Settings = [new("pageId", new("主页编号", "Page ID")) { Pattern = "^[0-9]+$", Help = new("授权的账号管理多个主页时填写。", "Needed for authorising where the account has several pages.") }, .. MetaEnvelope.Fields("https://developers.facebook.com/apps/"), MetaLogin.ConfigId, .. CommonFields.Window, CommonFields.ApiBase],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(24)), new(WindowTrigger.MenuClick, TimeSpan.FromHours(24)), new(WindowTrigger.Message, TimeSpan.FromDays(7), Tag: "HUMAN_AGENT")]),
        Console = new("https://developers.facebook.com/apps/"),
        Manual = new("https://developers.facebook.com/docs/messenger-platform/send-messages"),
        MediaHosts = ["*.fbcdn.net", "*.fbsbx.com", "*.xx.fbcdn.net"],
        Errors = Table(),
    };

    public IReadOnlyList<string> AuthorisesWith => MetaLogin.With;

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => MetaLogin.Page(request, settings, "pages_show_list,pages_messaging,pages_manage_metadata");

    /// <summary>The person's code for the page's token, which does not expire.</summary>
    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var login = new MetaLogin(Graph);
        var (person, denied) = await login.Redeem(code, request, context, ct);
        if (person is { } brief)
            (person, denied) = await login.Lengthen(brief.Value, context, ct);
        if (person is null)
            return denied!;
        (var pages, denied) = await login.Get("me/accounts?fields=id,name,access_token&limit=100", person.Value, context, ct);
        if (denied is not null)
            return denied;
        var mine = pages["data"].Items.Where(page => !context.Settings.Has("pageId") || page["id"].Text == context.Settings["pageId"]).ToList();
        if (mine is not [var page] || page["id"].Filled is not { } id || page["access_token"].Filled is not { } token)
            return new AuthorisationOutcome.Denied(mine.Count > 1 ? ManyPages : NoPage);
        var left = await login.Subscribe(id, token, "messages,messaging_postbacks,message_deliveries,message_reads,message_reactions,message_edits,message_echoes,messaging_referrals,messaging_handovers,standby", context, ct);
        return Consent.Granted(page["name"].Filled, null, left, ("accessToken", token), ("pageId", id));
    }

    private static readonly Failure ManyPages = new(ErrorClass.Config, "many_pages", new("授权的账号管理多个主页，请先填写主页编号", "The account has several pages; enter the page's ID first"));
    private static readonly Failure NoPage = new(ErrorClass.Config, "no_page", new("授权中没有这个主页", "This page is not among those that were authorised"));

    /// <summary>Up to thirteen quick replies, or a card of up to three buttons.</summary>
    protected override bool Draws(CardContent card) => base.Draws(card) && (IsQuick(card) || card.Buttons.Count <= MostTemplateButtons && card.Title.Length <= 80 && (card.Text?.Length ?? 0) <= 80);

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, new JsonObject { ["text"] = text.Text }, context, ct),
        CardContent card => await Message(part, IsQuick(card) ? QuickReplies(card) : Generic(card), context, ct),
        MediaContent { Media: var media } => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => React(revision, context, ct);

    public override async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (body, failed) = await Graph.Get(context, Uri.EscapeDataString(personId) + "?fields=first_name,last_name,profile_pic,locale", ct);
        if (failed is not null)
            return new ProfileOutcome.Unknown(failed.Failure);
        var name = $"{body["first_name"].Text} {body["last_name"].Text}".Trim();
        return new ProfileOutcome.Known(new Person(personId) { Name = name.Length > 0 ? name : null, AvatarUrl = body["profile_pic"].Filled, Language = body["locale"].Filled });
    }

    private static bool IsQuick(CardContent card) => card.Image is null && card.Buttons.Count > 0 && card.Buttons.All(button => button.Url is null);

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in Envelope(part))
            form.Add(new StringContent(value is JsonObject ? value.ToJsonString() : (string)value!), name);
        form.Add(new StringContent(new JsonObject { ["attachment"] = new JsonObject { ["type"] = Type(media.Kind), ["payload"] = new JsonObject { ["is_reusable"] = false } } }.ToJsonString()), "message");
        form.Add(GraphApi.File(await media.Open(ct), media), "filedata", media.FileName);
        return await Graph.Post(context, "me/messages", form, answer => answer["message_id"].Filled, ct);
    }
}
