using System.Text.Json.Nodes;
using Queqiao.Channels.Meta;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Instagram;

/// <summary>Direct messages to an Instagram business account.</summary>
public sealed class InstagramAdapter() : MetaPageAdapter("https://graph.instagram.com"), IRevisionChannel
{
    public override ChannelDescriptor Descriptor { get; } = new("instagram", new("Instagram", "Instagram"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.Cards | Abilities.Typing | Abilities.ReadMarks | Abilities.React
            | Abilities.SeesRead | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Profiles,
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

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => revision.Kind switch
    {
        RevisionKind.React => Action(revision.To, "react", new JsonObject { ["message_id"] = revision.MessageId, ["reaction"] = revision.Text ?? "love" }, context, ct),
        RevisionKind.Unreact => Action(revision.To, "unreact", new JsonObject { ["message_id"] = revision.MessageId }, context, ct),
        _ => Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString())),
    };

    public override async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (body, failed) = await Graph.Get(context, Uri.EscapeDataString(personId) + "?fields=name,username,profile_pic", ct);
        return failed is not null ? new ProfileOutcome.Unknown(failed.Failure)
            : new ProfileOutcome.Known(new Person(personId) { Name = body["name"].Filled, Username = body["username"].Filled, AvatarUrl = body["profile_pic"].Filled });
    }
}
