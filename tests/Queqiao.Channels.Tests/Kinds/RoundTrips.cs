using System.Text;
using Queqiao.Channels.Tokens;
using Queqiao.Simulators;

namespace Queqiao.Channels.Tests.Kinds;

/// <summary>Each adapter against its platform, played. Both were written from the documentation, apart from each other.</summary>
public class RoundTrips
{
    private const string Api = "https://simulated.test/api";
    private const string Hook = "https://chat.example.com/hooks/42";

    public static TheoryData<string> Kinds => [.. SimulatorCatalogue.Kinds];

    private sealed class Wire(Simulator platform) : IChannelHttp
    {
        public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct)
        {
            Assert.StartsWith(Api, request.RequestUri!.ToString(), StringComparison.Ordinal);
            var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()).ToDictionary(one => one.Key, one => string.Join(",", one.Value));
            headers["Host"] = request.RequestUri.Authority;
            var path = Uri.UnescapeDataString(request.RequestUri.AbsolutePath)["/api".Length..];
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(ct);
            var answer = platform.Answer(new SimRequest(request.Method.Method, path, Pairs(request.RequestUri.Query), headers, body) { BaseUrl = Api });
            var response = new HttpResponseMessage((System.Net.HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", answer.ContentType);
            if (answer.RetryAfter is { } seconds)
                response.Headers.TryAddWithoutValidation("Retry-After", seconds.ToString());
            return response;
        }

        private static Dictionary<string, string> Pairs(string query) => query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");
    }

    /// <summary>A channel set up with the simulator's own settings.</summary>
    private sealed class Line : IDisposable
    {
        public static readonly DateTimeOffset Start = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);
        private readonly MovedClock clock = new(Start);
        private readonly MemoryTokenStore tokens;

        public Line(string kind)
        {
            (Platform, Adapter, tokens) = (SimulatorCatalogue.Make(kind, clock)!, ChannelCatalogue.Find(kind)!, new MemoryTokenStore(clock));
            Context = With(Platform.Settings);
        }

        public Simulator Platform { get; }

        public IChannelAdapter Adapter { get; }

        public ChannelContext Context { get; }

        public void Pass(TimeSpan time) => clock.Now += time;

        public ChannelContext With(IReadOnlyDictionary<string, string> settings) =>
            new(new ChannelSettings(new Dictionary<string, string>(settings) { ["apiBaseUrl"] = Api }), new Wire(Platform), new MemoryTokenStore(clock), clock);

        public async Task<Received> Deliver(SimHook hook)
        {
            if (hook.By == SimDelivery.Frame)
                return Received.Of(WebhookReply.Ok, ((ISocketChannel)Adapter).OnFrame(Encoding.UTF8.GetString(hook.Body), new SocketState(), Context.Settings, clock.Now).Events);
            var url = Hook + (hook.Query.Length > 0 ? "?" + hook.Query : "");
            var headers = hook.Headers.Concat(hook.SignAddress?.Invoke(url) ?? new Dictionary<string, string>()).Append(new("Content-Type", hook.ContentType));
            var keys = Adapter is IKeyedChannel keyed ? await keyed.FetchKeys(Context, default) : null;
            var received = Adapter.Receive(new WebhookDelivery(hook.Method, new Uri(url), headers, hook.Body) { ProviderKeys = keys }, Context.Settings, clock.Now);
            if (received.Events is [PullHinted hint])
                return received with { Events = (await ((IPullChannel)Adapter).Pull(null, hint.Hint, Context, default)).Events };
            return received;
        }

        public async Task<MessageReceived> Hears(string text)
        {
            var received = await Deliver(Platform.Says(Platform.Person("小雨"), text));
            Assert.Null(received.Refusal);
            return Assert.IsType<MessageReceived>(received.Events[^1]);
        }

        public Outbound Answer(MessageReceived heard, string text) => new(heard.Person!.Id, Adapter.Descriptor.Can(Abilities.Text) ? new TextContent(text) : new TemplateContent("SMS_1", "zh_CN", [new("text", text)]))
        {
            Key = Guid.NewGuid().ToString(), ConversationId = heard.Place?.Id == heard.Person.Id ? null : heard.Place?.Id, ReplyWith = heard.ReplyWith,
        };

        public void Dispose()
        {
            tokens.Dispose();
            (Platform as IDisposable)?.Dispose();
        }
    }

    private sealed class MovedClock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public void Every_adapter_but_the_firms_own_has_a_platform_to_talk_to() =>
        Assert.Equal(ChannelCatalogue.All.Select(adapter => adapter.Descriptor.Kind).Except(["api"]).Order(), SimulatorCatalogue.Kinds.Order());

    [Theory, MemberData(nameof(Kinds))]
    public void Settings_of_the_platform_fit_the_form(string kind)
    {
        using var line = new Line(kind);
        foreach (var field in line.Adapter.Descriptor.Settings)
        {
            var given = line.Platform.Settings.GetValueOrDefault(field.Key);
            Assert.False(field.Required && string.IsNullOrEmpty(given), field.Key);
            if (field.Pattern is not null && given is not null)
                Assert.Matches(field.Pattern, given);
        }
        Assert.All(line.Platform.Settings.Keys, key => Assert.Contains(line.Adapter.Descriptor.Settings, field => field.Key == key));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_question_arrives_and_the_answer_too(string kind)
    {
        using var line = new Line(kind);
        var heard = await line.Hears("您好，在吗？ hello & <b>");
        Assert.Equal(("您好，在吗？ hello & <b>", line.Platform.Person("小雨").Id), (heard.Text, heard.Person!.Id));
        Assert.NotEqual(heard.DedupeKey, (await line.Hears("再问一次")).DedupeKey);

        var sent = Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "在的，请讲"), line.Context, default));
        var arrived = Assert.Single(line.Platform.Sent);
        Assert.Contains("在的，请讲", arrived.Text, StringComparison.Ordinal);
        Assert.Equal("小雨", arrived.To.Name);
        foreach (var what in Enum.GetValues<SimReceipt>())
        {
            if (line.Platform.Receipt(arrived, what) is not { } hook)
                continue;
            var report = Assert.IsType<DeliveryReported>(Assert.Single((await line.Deliver(hook)).Events));
            Assert.Contains(sent.ExternalId!, report.TargetIds);
            Assert.Equal(what == SimReceipt.Read ? DeliveryState.Read : DeliveryState.Delivered, report.State);
        }
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Probe(line.Context, default));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Trouble_of_the_platform_is_understood(string kind)
    {
        using var line = new Line(kind);
        var heard = await line.Hears("在吗");
        async Task<SendOutcome> Try(Trouble trouble, ChannelContext? context = null)
        {
            line.Platform.Trouble = trouble;
            var outcome = await line.Adapter.Send(line.Answer(heard, "在"), context ?? line.Context, default);
            line.Platform.Trouble = Trouble.None;
            return outcome;
        }
        Assert.Equal(ErrorClass.Retry, Assert.IsType<SendOutcome.NotSent>(await Try(Trouble.RateLimited)).Failure.Class);
        Assert.Equal(ErrorClass.Retry, Assert.IsType<SendOutcome.NotSent>(await Try(Trouble.Broken)).Failure.Class);
        var closed = await Try(Trouble.WindowClosed);
        if (!line.Adapter.Descriptor.Window.IsAlwaysOpen && kind != "tiktok")
            Assert.Equal(ErrorClass.Window, Assert.IsType<SendOutcome.NotSent>(closed).Failure.Class);
        heard = await line.Hears("还在吗"); // what answers to a message has to be fresh
        Assert.IsType<SendOutcome.Sent>(await Try(Trouble.None));
        heard = await line.Hears("还在吗");
        Assert.True(await Try(Trouble.ExpiredToken) is SendOutcome.Sent or SendOutcome.NotSent { Failure.Class: ErrorClass.Reauthorise }); // a token that is fetched is fetched anew
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Wrong_secrets_get_nowhere(string kind)
    {
        using var line = new Line(kind);
        var heard = await line.Hears("在吗");
        if (kind is "kakao")
            return; // one answers to an address that is secret by itself
        var wrong = line.Platform.Settings.ToDictionary(one => one.Key, one => line.Adapter.Descriptor.Settings.Any(field => field.Key == one.Key && field.IsSecret) && !one.Value.StartsWith("-----", StringComparison.Ordinal) ? one.Value[..^1] + (one.Value[^1] == 'x' ? 'y' : 'x') : one.Value);
        var outcome = await line.Adapter.Send(line.Answer(heard, "在") with { ReplyWith = kind == "dingtalk" ? new Dictionary<string, string>() : heard.ReplyWith }, line.With(wrong), default);
        if (kind != "vonage-sms") // signs with a key, which is either there or not
            Assert.Contains(Assert.IsType<SendOutcome.NotSent>(outcome).Failure.Class, new[] { ErrorClass.Reauthorise, ErrorClass.Config });
        var hook = line.Platform.Says(line.Platform.Person("小雨"), "在吗");
        if (hook.By == SimDelivery.Request && kind != "teams")
            Assert.NotNull(line.Adapter.Receive(new WebhookDelivery("POST", new Uri(Hook + "?" + hook.Query), hook.Headers.Concat(hook.SignAddress?.Invoke(Hook) ?? new Dictionary<string, string>()), hook.Body), line.With(wrong).Settings, Line.Start).Refusal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_address_is_proved(string kind)
    {
        using var line = new Line(kind);
        if (line.Platform.Handshake() is not { } hook)
            return;
        var received = await line.Deliver(hook);
        Assert.Null(received.Refusal);
        Assert.Empty(received.Events);
        Assert.True(line.Platform.IsProved(hook, received.Reply.Status, received.Reply.Body), received.Reply.Body);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_picture_comes_whole(string kind)
    {
        using var line = new Line(kind);
        if (line.Platform.SendsImage(line.Platform.Person("小雨"), Api, "bytes"u8.ToArray()) is not { } hook)
            return;
        var heard = Assert.IsType<MessageReceived>((await line.Deliver(hook)).Events[^1]);
        var media = Assert.IsType<MediaPart>(Assert.Single(heard.Parts)).Media with { MessageId = heard.MessageId };
        using var found = Assert.IsType<MediaOutcome.Found>(await ((IMediaChannel)line.Adapter).Download(media, line.Context, default));
        using var reader = new StreamReader(found.Content);
        Assert.Equal("bytes", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("wechat-official", 49)]
    [InlineData("wechat-kf", 49)]
    [InlineData("whatsapp", 25)]
    [InlineData("messenger", 25)]
    [InlineData("weibo", 49)]
    [InlineData("qq", 2)]
    public async Task After_the_window_nobody_is_written_to(string kind, int hours)
    {
        using var line = new Line(kind);
        var heard = await line.Hears("在吗");
        line.Pass(TimeSpan.FromHours(hours));
        Assert.Equal(ErrorClass.Window, Assert.IsType<SendOutcome.NotSent>(await line.Adapter.Send(line.Answer(heard, "在"), line.Context, default)).Failure.Class);
        Assert.Empty(line.Platform.Sent);
    }

    [Fact]
    public async Task WeChat_takes_five_answers_and_no_sixth()
    {
        using var line = new Line("wechat-official");
        var heard = await line.Hears("在吗");
        for (var number = 1; number <= 5; number++)
            Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "第" + number), line.Context, default));
        Assert.Equal("45047", Assert.IsType<SendOutcome.NotSent>(await line.Adapter.Send(line.Answer(heard, "第六"), line.Context, default)).Failure.Code);
        await line.Hears("继续");
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "好"), line.Context, default));
    }

    [Fact]
    public async Task Zalo_takes_pictures_files_and_signs()
    {
        using var line = new Line("zalo");
        var heard = await line.Hears("在吗");
        static OutboundMedia File(MediaKind kind, string name, string mime) => new(kind, name, mime, 5, _ => Task.FromResult<Stream>(new MemoryStream("bytes"u8.ToArray())));
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "") with { Content = new MediaContent(File(MediaKind.Image, "a.png", "image/png"), "看图") }, line.Context, default));
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "") with { Content = new MediaContent(File(MediaKind.File, "a.pdf", "application/pdf")) }, line.Context, default));
        Assert.Equal([("image", "看图"), ("file", null)], line.Platform.Sent.Select(one => (one.Type, one.Text)));
        var revises = (IRevisionChannel)line.Adapter;
        Assert.IsType<SendOutcome.Sent>(await revises.Revise(new Revision(RevisionKind.React, heard.MessageId!, heard.Person!.Id, Text: "❤️"), line.Context, default));
        Assert.IsType<SendOutcome.Sent>(await revises.Revise(new Revision(RevisionKind.Unreact, heard.MessageId!, heard.Person.Id), line.Context, default));
        Assert.Equal([$"react {heard.MessageId} /-heart", $"react {heard.MessageId} /-remove"], line.Platform.Signals);
    }

    /// <summary>An administrator consents: what the adapter asks is answered by the platform.</summary>
    private static async Task<AuthorisationOutcome> Consent(Line line, ChannelContext context)
    {
        var (asks, request) = ((IAuthorisedChannel)line.Adapter, new AuthorisationRequest("state", "https://chat.example.com/back", new string('v', 64)));
        var at = asks.AuthoriseAt(request, context.Settings);
        var page = line.Platform.Answer(new SimRequest("GET", at.AbsolutePath["/api".Length..], Pairs(at.Query), new Dictionary<string, string>(), []));
        return await asks.Authorise(Pairs(new Uri(page.Location!).Query)["code"], request, context, default);
    }

    private static Dictionary<string, string> Pairs(string query) => query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));

    [Fact]
    public async Task Instagrams_token_is_renewed_while_it_is_good()
    {
        using var line = new Line("instagram");
        async Task<Renewal> Renew() => await ((IRenewedChannel)line.Adapter).Renew(line.Context, default);
        Assert.Equal(new Renewal(null), await Renew()); // younger than a day: used as it is, and nobody says until when
        for (var day = 1; day <= 200; day++)
        {
            line.Pass(TimeSpan.FromDays(1));
            var renewal = await Renew();
            Assert.Null(renewal.Failed);
            Assert.True(renewal.Until > Line.Start.AddDays(day + 50), $"{renewal.Until}");
        }
        var heard = await line.Hears("还在吗");
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "在"), line.Context, default));
        Assert.DoesNotContain(line.Platform.Refused, one => one.Contains("refresh_access_token", StringComparison.Ordinal) && !one.Contains("too young", StringComparison.Ordinal));

        // Nobody looked after it: it is over, and said so.
        line.Pass(TimeSpan.FromDays(61));
        Assert.Equal(ErrorClass.Reauthorise, (await Renew()).Failed?.Failure.Class);
        heard = await line.Hears("还在吗");
        Assert.Equal(ErrorClass.Reauthorise, Assert.IsType<SendOutcome.NotSent>(await line.Adapter.Send(line.Answer(heard, "在"), line.Context, default)).Failure.Class);
    }

    [Fact]
    public async Task A_renewal_that_fails_takes_nothing_from_a_token_that_works()
    {
        using var line = new Line("instagram");
        await ((IRenewedChannel)line.Adapter).Renew(line.Context, default);
        line.Pass(TimeSpan.FromDays(2));
        var heard = await line.Hears("在吗");
        line.Platform.Trouble = Trouble.Broken;
        Assert.Null((await ((IRenewedChannel)line.Adapter).Renew(line.Context, default)).Failed);
        line.Platform.Trouble = Trouble.None;
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "在"), line.Context, default));
        line.Pass(TimeSpan.FromHours(2));
        Assert.NotNull((await ((IRenewedChannel)line.Adapter).Renew(line.Context, default)).Until);

        // A token of Facebook's, as accounts that are linked by a page have one, is not renewed.
        var linked = line.With(new Dictionary<string, string>(line.Platform.Settings) { ["accessToken"] = "EAAGsystem" });
        Assert.Equal(new Renewal(null), await ((IRenewedChannel)line.Adapter).Renew(linked, default));
    }

    [Fact]
    public async Task Douyins_consent_is_prolonged_five_times_and_then_ends()
    {
        using var line = new Line("douyin");
        Renewal renewal = new(null);
        var days = 0;
        for (; days < 365 && renewal.Failed is null; days++)
        {
            renewal = await ((IRenewedChannel)line.Adapter).Renew(line.Context, default);
            Assert.True(renewal.Failed is not null || renewal.Until > Line.Start.AddDays(days), $"{days}: {renewal.Until}");
            line.Pass(TimeSpan.FromDays(1));
        }
        Assert.InRange(days, 140, 200);
        Assert.Equal(ErrorClass.Reauthorise, renewal.Failed?.Failure.Class);
    }

    [Fact]
    public async Task WhatsApps_number_is_found_subscribed_and_registered_by_the_consent()
    {
        using var line = new Line("whatsapp");
        var platform = (Queqiao.Simulators.Meta.WhatsAppSimulator)line.Platform;
        platform.IsRegistered = false;
        var values = new Dictionary<string, string>(platform.Settings) { ["appId"] = "4242424242", ["configId"] = "77" };
        var (known, _) = (values.Remove("accessToken"), values.Remove("phoneNumberId"));
        Assert.True(known);
        var without = Assert.IsType<AuthorisationOutcome.Granted>(await Consent(line, line.With(values)));
        Assert.Contains("PIN", without.Left?.En, StringComparison.Ordinal);
        Assert.True(platform.IsSubscribed);

        values["pin"] = "246810";
        var granted = Assert.IsType<AuthorisationOutcome.Granted>(await Consent(line, line.With(values)));
        Assert.Equal(("鹊桥优选", null, null, "246810"), (granted.Account, granted.Left, granted.Until, platform.Pin));
        foreach (var (field, value) in granted.Settings)
            values[field] = value;
        Assert.Equal(platform.Settings["phoneNumberId"], values["phoneNumberId"]);
        var heard = await line.Hears("在吗");
        Assert.IsType<SendOutcome.Sent>(await line.Adapter.Send(line.Answer(heard, "在"), line.With(values), default));

        platform.IsRegistered = false;
        values["pin"] = "111111";
        Assert.NotNull(Assert.IsType<AuthorisationOutcome.Granted>(await Consent(line, line.With(values))).Left); // another PIN than the one that was set
        values["phoneNumberId"] = "1";
        Assert.IsType<AuthorisationOutcome.Denied>(await Consent(line, line.With(values))); // a number of somebody else's
    }

    /// <summary>An authorised channel to which nothing is subscribed hears nothing: that is said, or it is not authorised.</summary>
    [Fact]
    public async Task WhatsApps_consent_never_claims_a_subscription_that_nobody_made()
    {
        using var line = new Line("whatsapp");
        var platform = (Queqiao.Simulators.Meta.WhatsAppSimulator)line.Platform;
        var values = new Dictionary<string, string>(platform.Settings) { ["appId"] = "4242424242", ["configId"] = "77" };
        values.Remove("accessToken");
        foreach (var (names, debugged) in new[] { (false, true), (true, false) })
        {
            (platform.NamesAccounts, platform.IsDebugged) = (names, debugged);
            var granted = Assert.IsType<AuthorisationOutcome.Granted>(await Consent(line, line.With(values)));
            Assert.Contains("subscribed_apps", granted.Left?.En, StringComparison.Ordinal);
            Assert.Contains("订阅", granted.Left?.Zh, StringComparison.Ordinal);
            platform.IsRegistered = false;
            Assert.Matches("subscribed_apps.*PIN", Assert.IsType<AuthorisationOutcome.Granted>(await Consent(line, line.With(values))).Left?.En); // both
            platform.IsRegistered = true;
            Assert.False(platform.IsSubscribed);
            var unnamed = new Dictionary<string, string>(values);
            unnamed.Remove("phoneNumberId");
            Assert.IsType<AuthorisationOutcome.Denied>(await Consent(line, line.With(unnamed)));
        }
        (platform.NamesAccounts, platform.IsDebugged, platform.OtherNumbers) = (true, true, 60); // ours is on the third page
        Assert.Null(Assert.IsType<AuthorisationOutcome.Granted>(await Consent(line, line.With(values))).Left);
        Assert.True(platform.IsSubscribed);
        values.Remove("phoneNumberId");
        Assert.Equal("many_numbers", Assert.IsType<AuthorisationOutcome.Denied>(await Consent(line, line.With(values))).Failure.Code);
    }

    /// <summary>Who logs in without a login configuration gives a token of theirs, which lives for two months.</summary>
    [Fact]
    public async Task A_consent_says_when_it_ends()
    {
        using var instagram = new Line("instagram");
        var granted = Assert.IsType<AuthorisationOutcome.Granted>(await Consent(instagram, instagram.With(new Dictionary<string, string>(instagram.Platform.Settings) { ["appId"] = "4242424242" })));
        Assert.Equal(Line.Start.AddDays(60), granted.Until);
        Assert.True(((Queqiao.Simulators.Meta.PageSimulator)instagram.Platform).IsSubscribed);
        using var messenger = new Line("messenger");
        granted = Assert.IsType<AuthorisationOutcome.Granted>(await Consent(messenger, messenger.With(new Dictionary<string, string>(messenger.Platform.Settings) { ["appId"] = "4242424242" })));
        Assert.Null(granted.Until); // a page's token
        Assert.True(((Queqiao.Simulators.Meta.PageSimulator)messenger.Platform).IsSubscribed);
        using var weibo = new Line("weibo");
        Assert.True(Assert.IsType<AuthorisationOutcome.Granted>(await Consent(weibo, weibo.With(new Dictionary<string, string>(weibo.Platform.Settings) { ["appKey"] = "4242" }))).Until > Line.Start.AddYears(4));
    }
}
