using System.Text.Json.Nodes;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.Tests.Support;

public abstract partial class AdapterCompliance
{
    private const string Secretish = "您好 hello-42";

    [Fact]
    public async Task A_text_is_sent_to_the_address_of_the_settings_and_gets_an_id()
    {
        using var provider = new FakeProvider(Good);
        var outcome = await Adapter.Send(Message(SentText), Context(provider), default);
        Assert.True(outcome is SendOutcome.Sent, outcome.ToString());
        Assert.All(provider.Requests, request => Assert.StartsWith(Api, request.Url.ToString(), StringComparison.Ordinal));
        Assert.Contains(provider.Requests, request => Uri.UnescapeDataString(request.Url.Query + request.Body.Replace("\\\"", "\"", StringComparison.Ordinal)).Contains("hello-42", StringComparison.Ordinal));
    }

    /// <summary>What stands for a text where the platform takes templates only.</summary>
    protected virtual OutboundContent SentText => new TextContent(Secretish);

    [Fact]
    public async Task Errors_become_what_can_be_done_about_them()
    {
        foreach (var refused in Refusals)
        {
            using var provider = new FakeProvider(request => IsTokenCall(request) ? Good(request) : refused.Reply);
            var outcome = await Adapter.Send(Message(SentText), Context(provider), default);
            var failed = Assert.IsType<SendOutcome.NotSent>(outcome);
            Assert.True(failed.Failure.Class == refused.Class, $"{refused.Reply.Status} {refused.Reply.Body}: {refused.Class} expected, {failed.Failure} came");
            Assert.NotEmpty(failed.Failure.Reason.Zh);
            Assert.NotEmpty(failed.Failure.Reason.En);
            if (refused.AfterSeconds is { } seconds)
                Assert.Equal(TimeSpan.FromSeconds(seconds), failed.After);
        }
    }

    [Fact]
    public async Task What_every_provider_can_do_is_tried_again()
    {
        using var down = new FakeProvider(Good) { IsDown = true };
        Assert.Equal(ErrorClass.Retry, Failed(await Adapter.Send(Message(SentText), Context(down), default)).Failure.Class);

        using var broken = new FakeProvider(request => IsTokenCall(request) ? Good(request) : new FakeReply(503, "<html>busy</html>", "text/html"));
        Assert.Equal(ErrorClass.Retry, Failed(await Adapter.Send(Message(SentText), Context(broken), default)).Failure.Class);

        using var busy = new FakeProvider(request => IsTokenCall(request) ? Good(request) : new FakeReply(429, "{}") { Headers = { ["Retry-After"] = "7" } });
        var limited = Failed(await Adapter.Send(Message(SentText), Context(busy), default));
        Assert.Equal((ErrorClass.Retry, TimeSpan.FromSeconds(7)), (limited.Failure.Class, limited.After));

        foreach (var odd in new[] { "", "null", "[]", "{", "\"x\"", "{\"ok\":[]}" })
        {
            using var strange = new FakeProvider(request => IsTokenCall(request) ? Good(request) : new FakeReply(200, odd));
            Assert.NotNull(await Adapter.Send(Message(SentText), Context(strange), default));
        }
    }

    [Fact]
    public async Task Whoever_cancels_is_heard()
    {
        using var provider = new FakeProvider(Good);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var context = Context(new FakeProvider(_ => throw new OperationCanceledException(cancelled.Token)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Adapter.Send(Message(SentText), context, cancelled.Token));
    }

    [Fact]
    public async Task A_token_is_fetched_once_for_all()
    {
        if (!HasToken)
            return;
        using var provider = new FakeProvider(Good);
        var context = Context(provider);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Adapter.Send(Message(SentText), context, default)));
        Assert.All(outcomes, outcome => Assert.IsType<SendOutcome.Sent>(outcome));
        Assert.Single(provider.Requests, IsTokenCall);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_fetched_anew_once()
    {
        if (!HasToken)
            return;
        var first = true;
        var refused = Refusals.First(each => each.Class == ErrorClass.Reauthorise).Reply;
        using var provider = new FakeProvider(request =>
        {
            if (IsTokenCall(request) || !first)
                return Good(request);
            first = false;
            return refused;
        });
        Assert.IsType<SendOutcome.Sent>(await Adapter.Send(Message(SentText), Context(provider), default));
        Assert.Equal(2, provider.Requests.Count(IsTokenCall));
    }

    [Fact]
    public async Task No_secret_is_in_what_is_said()
    {
        // A provider that sends everything back that it was told, headers and all.
        using var provider = new FakeProvider(request => IsTokenCall(request) ? Good(request) : Echo(request));
        var context = Context(provider);
        var said = new List<string>
        {
            (await Adapter.Send(Message(SentText), context, default)).ToString()!, context.ToString(), Settings.ToString(), Message(SentText).ToString(),
            Signed(Fixtures[0].Payload, Now).ToString(), (await Adapter.Probe(context, default)).ToString()!,
        };
        foreach (var fixture in Fixtures)
            said.AddRange((await Come(fixture)).Events.Select(one => one.ToString()));
        if (await Adapter.Send(Message(SentText), context, default) is SendOutcome.NotSent failed)
            said.Add(failed.Failure.Detail + failed.Failure.Reason.Zh + failed.Failure.Reason.En);
        foreach (var secret in Adapter.Descriptor.Settings.Where(field => field.IsSecret && Values.ContainsKey(field.Key)).Select(field => Values[field.Key]))
            Assert.DoesNotContain(said, text => text.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(said, text => text.Contains(Secretish, StringComparison.Ordinal) && text.Length < 40);
    }

    [Fact]
    public async Task A_probe_says_yes_and_no()
    {
        using var provider = new FakeProvider(Good);
        var outcome = await Adapter.Probe(Context(provider), default);
        Assert.True(outcome is SendOutcome.Sent, outcome.ToString());
        using var down = new FakeProvider(Good) { IsDown = true };
        if (provider.Requests.Count > 0)
            Assert.IsType<SendOutcome.NotSent>(await Adapter.Probe(Context(down), default));
    }

    [Fact]
    public void Long_texts_are_cut_and_lose_nothing()
    {
        var limit = Adapter.Descriptor.Limits.Text;
        var text = string.Concat(Enumerable.Repeat("您的订单已发货，预计明天送达。👨‍👩‍👧‍👦 Thank you for waiting! \n", 1 + Math.Min(limit.Most, 200_000) / 20));
        var plan = Adapter.Plan(Message(new TextContent(text)), Settings);
        Assert.True(plan.Count > 1 || limit.Fits(text));
        var parts = plan.Select(part => Assert.IsType<TextContent>(part.Content).Text).ToList();
        Assert.All(parts, part => Assert.InRange(limit.Measure(part), 1, limit.Most));
        Assert.Equal(Assertions.Unspaced(text), Assertions.Unspaced(string.Concat(parts)));
        Assert.Equal(Enumerable.Range(0, plan.Count), plan.Select(part => part.Index));
        Assert.DoesNotContain(parts, part => part.StartsWith('\u200d') || part.EndsWith('\u200d'));
    }

    [Fact]
    public void Cards_that_cannot_be_drawn_say_the_same_as_text()
    {
        var buttons = Enumerable.Range(1, 12).Select(number => number % 2 == 0
            ? new CardButton($"很长很长的选项标签 number {number}", Url: new Uri($"https://shop.example.com/{number}"))
            : new CardButton($"很长很长的选项标签 number {number}", Payload: $"p{number}")).ToList();
        var card = new CardContent("请选择", "Which one?") { Image = new Uri("https://shop.example.com/a.png"), Buttons = buttons };
        var said = string.Concat(Adapter.Plan(Message(card), Settings).Select(part => part.Content switch
        {
            TextContent text => text.Text + "\n",
            CardContent whole => string.Join('\n', whole.Title, whole.Text, whole.Image, string.Join('\n', whole.Buttons.Select(button => button.Label + button.Url))),
            _ => "",
        }));
        Assert.All(buttons, button => Assert.Contains(button.Label, said, StringComparison.Ordinal));
        Assert.All(buttons.Where(button => button.Url is not null), button => Assert.Contains(button.Url!.ToString(), said, StringComparison.Ordinal));
        Assert.Contains("Which one?", said, StringComparison.Ordinal);
        Assert.Contains("https://shop.example.com/a.png", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_planned_can_be_sent()
    {
        var media = Enum.GetValues<MediaKind>().Select(kind => (OutboundContent)new MediaContent(File(kind), "说明"));
        OutboundContent[] contents =
        [
            SentText, new CardContent("标题", "正文") { Buttons = [new("好", "yes"), new("不", "no")] }, new CardContent("标题") { Buttons = [new("打开", Url: new("https://shop.example.com/1"))] },
            new LinkContent("说明书", new("https://shop.example.com/2")), new LocationContent(31.2304, 121.4737, "门店", "人民广场"), .. media,
        ];
        foreach (var part in contents.Append(Template).OfType<OutboundContent>().SelectMany(content => Adapter.Plan(Message(content), Settings)))
        {
            using var provider = new FakeProvider(Good);
            var outcome = await Adapter.Send(part, Context(provider), default);
            if (part.Content is TextContent && SentText is not TextContent)
                continue;
            Assert.True(outcome is SendOutcome.Sent, $"{part.Content}: {outcome} after {string.Join(' ', provider.Requests.Select(request => request.Path))}");
            Assert.DoesNotContain(provider.Requests, request => request.Json is JsonObject body && body.ToJsonString().Contains("\"\":", StringComparison.Ordinal));
        }
    }

    /// <summary>A template as this platform names them; null where there are none.</summary>
    protected virtual OutboundContent? Template => Adapter.Descriptor.Can(Abilities.Templates) ? new TemplateContent("TEMPLATE-1", "zh_CN", [new("thing1", "订单"), new("time2", "明天")]) : null;

    protected static OutboundMedia File(MediaKind kind) => new(kind, kind switch { MediaKind.Image => "a.png", MediaKind.Voice => "a.amr", MediaKind.Audio => "a.mp3", MediaKind.Video => "a.mp4", MediaKind.Sticker => "a.webp", _ => "合同.pdf" },
        kind switch { MediaKind.Image => "image/png", MediaKind.Voice => "audio/amr", MediaKind.Audio => "audio/mpeg", MediaKind.Video => "video/mp4", MediaKind.Sticker => "image/webp", _ => "application/pdf" },
        5, _ => Task.FromResult<Stream>(new MemoryStream("bytes"u8.ToArray())), new Uri("https://chat.example.com/files/1"));

    [Fact]
    public async Task Signals_revisions_and_profiles_work_where_the_descriptor_says_so()
    {
        var can = Adapter.Descriptor.Abilities;
        using var provider = new FakeProvider(Good);
        var context = Context(provider);
        if ((can & (Abilities.Typing | Abilities.ReadMarks)) != 0)
        {
            var signals = Assert.IsAssignableFrom<ISignalChannel>(Adapter);
            if (can.HasFlag(Abilities.Typing))
                Assert.IsType<SendOutcome.Sent>(await signals.Signal(new Signal(SignalKind.Typing, Recipient, Message(SentText).ConversationId, "m-1") { ReplyWith = Message(SentText).ReplyWith }, context, default));
            if (can.HasFlag(Abilities.ReadMarks))
                Assert.IsType<SendOutcome.Sent>(await signals.Signal(new Signal(SignalKind.Read, Recipient, Message(SentText).ConversationId, "m-1") { ReplyWith = Message(SentText).ReplyWith }, context, default));
        }
        foreach (var (ability, kind) in new[] { (Abilities.Edit, RevisionKind.Edit), (Abilities.Recall, RevisionKind.Recall), (Abilities.React, RevisionKind.React) })
        {
            if (!can.HasFlag(ability))
                continue;
            var outcome = await Assert.IsAssignableFrom<IRevisionChannel>(Adapter).Revise(new Revision(kind, "100", Recipient, Message(SentText).ConversationId, kind == RevisionKind.React ? "👍" : "new text") { ReplyWith = Message(SentText).ReplyWith }, context, default);
            Assert.True(outcome is SendOutcome.Sent, $"{kind}: {outcome}");
        }
        if (can.HasFlag(Abilities.Profiles))
        {
            var profile = await Assert.IsAssignableFrom<IProfileChannel>(Adapter).Profile(Recipient, context, default);
            Assert.True(profile is ProfileOutcome.Known, profile.ToString());
        }
    }

    [Fact]
    public async Task Media_are_fetched_from_the_provider_alone()
    {
        if (Adapter is not IMediaChannel media)
            return;
        using var provider = new FakeProvider(request => Good(request) ?? new FakeReply(200, "bytes", "application/octet-stream"));
        foreach (var url in new[] { "https://evil.example.com/a.png", "http://169.254.169.254/latest", "file:///etc/passwd", "https://evil.example.com.provider.test.evil/", "not an address" })
            Assert.IsType<MediaOutcome.NotFound>(await media.Download(new MediaRef(null, url), Context(provider), default));
        Assert.DoesNotContain(provider.Requests, request => !request.Url.ToString().StartsWith(Api, StringComparison.Ordinal));
    }

    [Fact]
    public void The_descriptor_says_everything_in_both_languages()
    {
        var about = Adapter.Descriptor;
        Assert.Matches("^[a-z-]+$", about.Kind);
        Assert.All(about.Settings, field => Assert.False(string.IsNullOrWhiteSpace(field.Label.Zh) || string.IsNullOrWhiteSpace(field.Label.En)));
        Assert.All(about.Settings.Where(field => field.Key.Contains("ecret", StringComparison.Ordinal) || field.Key.EndsWith("oken", StringComparison.Ordinal)), field => Assert.True(field.IsSecret, field.Key));
        Assert.All(about.Errors, rule => Assert.False(string.IsNullOrWhiteSpace(rule.Reason.Zh) || string.IsNullOrWhiteSpace(rule.Reason.En)));
        Assert.Equal("https", about.Console.Scheme);
        Assert.Contains(about.Settings, field => field.Key == CommonFields.ApiBaseUrl);
        Assert.All(about.Settings.Where(field => field.Required), field => Assert.True(Values.ContainsKey(field.Key), field.Key));
        var schema = CommonFields.Schema(about.Settings, "en");
        Assert.All(about.Settings.Where(field => field.IsSecret), field => Assert.True((bool)schema["properties"]![field.Key]!["writeOnly"]!));
        Assert.All(about.Settings.Where(field => field.Pattern is not null && Values.ContainsKey(field.Key)), field => Assert.Matches(field.Pattern!, Values[field.Key]));
    }

    [Fact]
    public void Windows_close_when_they_should()
    {
        var window = Adapter.Descriptor.Window;
        if (window.IsAlwaysOpen)
            return;
        Assert.False(window.Now([], [], Now).IsOpen);
        foreach (var rule in window.Rules)
        {
            var did = new[] { (rule.Trigger, Now) };
            Assert.True(window.Now(did, [], Now.AddSeconds(1), rule.Tag).IsOpen);
            Assert.False(window.Now(did, [], Now + window.Rules.Where(each => each.Trigger == rule.Trigger).Max(each => each.Length), rule.Tag).IsOpen);
            if (rule.Messages is { } most && window.Rules.Count(each => each.Trigger == rule.Trigger) == 1)
                Assert.False(window.Now(did, Enumerable.Repeat(Now, most), Now.AddSeconds(1), rule.Tag).IsOpen);
        }
    }

    private static FakeReply Echo(FakeRequest request)
    {
        var everything = request.Url + request.Body + string.Concat(request.Headers.Values);
        return new FakeReply(400, new JsonObject
        {
            ["errcode"] = 40058, ["errmsg"] = everything, ["error"] = new JsonObject { ["message"] = everything, ["code"] = 100 }, ["message"] = everything, ["description"] = everything, ["status_message"] = everything, ["msg"] = everything,
        }.ToJsonString());
    }

    private static SendOutcome.NotSent Failed(SendOutcome outcome) => Assert.IsType<SendOutcome.NotSent>(outcome);
}
