using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels;

/// <summary>What all adapters do alike: the size limit, the plan, outcomes from answers.</summary>
public abstract class ChannelAdapter : IChannelAdapter
{
    public abstract ChannelDescriptor Descriptor { get; }

    public Received Receive(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now) =>
        delivery.Body.Length > Descriptor.Limits.Body ? Received.Refused(Refusal.TooLarge) : Read(delivery, settings, now);

    protected abstract Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now);

    public abstract Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct);

    public abstract Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct);

    public virtual IReadOnlyList<Outbound> Plan(Outbound message, ChannelSettings settings) =>
        [.. Contents(message.Content).Select((content, index) => message with { Content = content, Index = index, ReplyTo = index == 0 ? message.ReplyTo : null })];

    /// <summary>Whether the platform can draw this card as it is.</summary>
    protected virtual bool Draws(CardContent card) =>
        Descriptor.Can(Abilities.Cards) && card.Buttons.Count <= Descriptor.Limits.Buttons
        && Descriptor.Limits.CardText.Fits(card.Text is null ? card.Title : card.Title + "\n" + card.Text)
        && card.Buttons.All(button => Descriptor.Limits.ButtonLabel.Fits(button.Label));

    protected virtual bool Sends(MediaContent media) =>
        Descriptor.Can(media.Media.Kind switch
        {
            MediaKind.Image => Abilities.Image,
            MediaKind.Voice or MediaKind.Audio => Abilities.Voice,
            MediaKind.Video => Abilities.Video,
            MediaKind.Sticker => Abilities.Sticker,
            _ => Abilities.File,
        });

    private IEnumerable<OutboundContent> Contents(OutboundContent content) => content switch
    {
        TextContent { Rich: not null } text when Descriptor.Limits.Text.Fits(text.Text) => [text],
        TextContent text => Texts(text.Text), // what has to be cut goes as words, so that no mark is left open
        CardContent card when !Draws(card) => Texts(Fallback.Text(card)),
        LinkContent link when !Descriptor.Can(Abilities.Link) => Texts(Fallback.Text(link)),
        LocationContent place when !Descriptor.Can(Abilities.Location) => Texts(Fallback.Text(place)),
        MediaContent media when !Sends(media) => Fallback.Text(media) is { } text ? Texts(text) : [media],
        MediaContent { Caption: { Length: > 0 } caption } media when !Descriptor.Can(Abilities.Captions) || !Descriptor.Limits.Caption.Fits(caption) =>
            [media with { Caption = null }, .. Texts(caption)],
        _ => [content],
    };

    private IEnumerable<OutboundContent> Texts(string text) => TextSplitter.Split(text, Descriptor.Limits.Text).Select(piece => new TextContent(piece));

    /// <summary>The outcome of an answer that says it went wrong.</summary>
    internal SendOutcome.NotSent Failed(Answer answer, string code, string? detail, ChannelContext context) =>
        new(Descriptor.Errors.Of(code, answer.Status, Safe(detail, context)), answer.After);

    internal string? Safe(string? detail, ChannelContext context) =>
        string.IsNullOrEmpty(detail) ? null : context.Settings.Redact(detail.Length > 300 ? detail[..300] : detail, Descriptor.Settings);

    /// <summary>Whether media may be fetched from here: the platform's own hosts, and what the settings name.</summary>
    internal bool IsOurHost(string? url, ChannelSettings settings)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return false;
        if (settings.Has(CommonFields.ApiBaseUrl) && Uri.TryCreate(settings[CommonFields.ApiBaseUrl], UriKind.Absolute, out var own) && own.Authority == uri.Authority && own.Scheme == uri.Scheme)
            return true;
        return uri.Scheme == "https" && Descriptor.MediaHosts.Any(host => host.StartsWith("*.", StringComparison.Ordinal)
            ? uri.Host.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase) : uri.Host.Equals(host, StringComparison.OrdinalIgnoreCase));
    }

    internal static Received Refused(Refusal why) => Received.Refused(why);

    internal static Received Accepted(Events events, WebhookReply? reply = null) => Received.Of(reply ?? WebhookReply.Ok, events.List);
}
