using Queqiao.Channels;
using Queqiao.Channels.Tokens;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Sending;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Outbound;

namespace Queqiao.Server.Channels.Kinds;

/// <summary>What adapters need to talk to their providers.</summary>
internal sealed class AdapterServices(GuardedHttp http, ChannelTokens tokens, TimeProvider clock, IInsidePlatforms? inside = null)
{
    /// <summary>A provider that has not answered by then counts as away.</summary>
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(20), 110L * 1024 * 1024, MaxRedirects: 3);

    public ChannelContext For(ChannelAccount account) => For(account, out _);

    /// <param name="watch">Tells afterwards whether a request left whose answer did not come.</param>
    public ChannelContext For(ChannelAccount account, out WatchedHttp watch) => new(account.Settings, watch = new WatchedHttp(inside?.For(account.Settings) ?? new ChannelHttp(http.Client(Limits))), tokens.For(account), clock);
}

/// <summary>The guarded way out, which remembers how its last request ended.</summary>
internal sealed class WatchedHttp(IChannelHttp way) : IChannelHttp
{
    /// <summary>A request left, and nobody knows what became of it.</summary>
    public bool IsLost { get; private set; }

    public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct)
    {
        IsLost = false;
        try
        {
            return await way.Send(request, ct);
        }
        catch (Exception trouble)
        {
            // No connection, no request; the guard and its breakers refuse before there is one. Reading loses nothing.
            IsLost = request.Method != HttpMethod.Get && trouble is not (OutboundRefusedException or HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
            } or HostRestingException);
            throw;
        }
    }
}

/// <summary>A platform of Queqiao.Channels as a kind of channel.</summary>
internal sealed class AdapterKind(IChannelAdapter adapter, AdapterServices services) : IChannelKind
{
    public ChannelDescriptor Descriptor => adapter.Descriptor;

    public IChannelAdapter Adapter => adapter;

    public IReadOnlyList<DeliveryStep> Plan(OutgoingMessage message, ChannelAccount account) =>
        [.. Parts(message, account.Settings).Select(part => new DeliveryStep(Descriptor.DropsRepeats, ct => Send(part, account, ct)))];

    /// <summary>Where the provider does not drop repetitions, a request whose answer was lost is not simply made again: the customer would read it twice.</summary>
    public async Task<SendOutcome> Send(Outbound part, ChannelAccount account, CancellationToken ct)
    {
        var outcome = await adapter.Send(part, services.For(account, out var watch), ct);
        return watch.IsLost && !Descriptor.DropsRepeats && outcome is SendOutcome.NotSent { Failure.Class: ErrorClass.Retry } ? new SendOutcome.NotSent(Delivering.DeliveryFaults.Unknown) : outcome;
    }

    public Task<SendOutcome> Probe(ChannelAccount account, CancellationToken ct) => adapter.Probe(services.For(account), ct);

    public async Task<MediaOutcome> Fetch(MediaRef media, ChannelAccount account, CancellationToken ct) => adapter is IMediaChannel fetches
        ? await fetches.Download(media, services.For(account), ct)
        : new MediaOutcome.NotFound(new Failure(ErrorClass.Permanent, "no_media", new("平台不提供文件下载", "The platform gives no files")));

    private List<Outbound> Parts(OutgoingMessage message, ChannelSettings settings)
    {
        var plan = new List<Outbound>();
        foreach (var content in Contents(message))
        {
            var parts = adapter.Plan(To(message, content), settings);
            // What the platform does not draw says how to choose without buttons.
            if (content is CardContent && parts is not [{ Content: CardContent }])
                parts = adapter.Plan(To(message, new TextContent(Choices.Lines(message.Text, message.Choices))), settings);
            plan.AddRange(parts);
        }
        // One plan over all contents: keys of parts are made of their place in it.
        return [.. plan.Select((part, index) => part with { Index = index, ReplyTo = index == 0 ? message.ReplyTo : null })];
    }

    private static Outbound To(OutgoingMessage message, OutboundContent content)
    {
        var reach = message.Reach;
        var to = new Outbound(reach?.To ?? message.Who.Identity, content)
        {
            ConversationId = reach?.Place, IsGroup = reach?.IsGroup ?? false, ReplyTo = message.ReplyTo, Key = message.Key,
        };
        return reach?.ReplyWith is { } reply ? to with { ReplyWith = reply } : to;
    }

    private IEnumerable<OutboundContent> Contents(OutgoingMessage message)
    {
        if (message.Template is { } template)
        {
            yield return new TemplateContent(template.Name, template.Language, [.. template.Values.Select((value, index) => new TemplateValue((index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), value))]);
            yield break;
        }
        if (message.Text.Length > 0)
            yield return message.Choices.Count > 0 ? Choices.Card(message.Text, message.Choices) : TextOf(Descriptor, message.Text, message.Markdown);
        foreach (var file in message.Files)
            yield return new MediaContent(Media(file));
    }

    /// <summary>With the platform's own marks where it has some; what has to be cut goes without, so that no mark is left open.</summary>
    internal static TextContent TextOf(ChannelDescriptor kind, string text, string? markdown)
    {
        if (markdown is null || Delivering.Dialects.Of(kind.Kind) is not { Shows: not Marks.None } dialect)
            return new TextContent(text);
        var marked = FormattedText.Read(markdown);
        if (dialect.IsRich)
            return new TextContent(text) { Rich = Delivering.Dialects.RichOf(marked) };
        return new TextContent(FormattedTextWriting.Write(marked, dialect) is var written && kind.Limits.Text.Fits(written) ? written : text);
    }

    private static OutboundMedia Media(OutgoingFile file) => new(KindOf(file.Kind), file.Name, file.ContentType, file.Size,
        async ct => await file.Open(ct) ?? throw new IOException("The file is gone."), file.Link)
    {
        Duration = file.DurationMs is { } length ? TimeSpan.FromMilliseconds(length) : null,
    };

    private static MediaKind KindOf(string kind) => kind switch
    {
        FileKind.Image => MediaKind.Image,
        FileKind.Audio => MediaKind.Audio,
        FileKind.Video => MediaKind.Video,
        _ => MediaKind.File,
    };
}
