namespace Queqiao.Channels.Tests.Support;

public abstract partial class AdapterCompliance
{
    [Fact]
    public async Task Published_payloads_become_what_the_documentation_says()
    {
        Assert.NotEmpty(Fixtures);
        var wrong = new List<string>();
        foreach (var fixture in Fixtures)
            wrong.AddRange(await Differences(fixture));
        Assert.True(wrong.Count == 0, Text(wrong));
    }

    [Fact]
    public async Task Every_event_keeps_its_raw_form_and_a_stable_key()
    {
        foreach (var fixture in Fixtures)
        {
            var (first, _) = await Come(fixture);
            var (again, _) = await Come(fixture);
            Assert.All(first, one => Assert.NotEmpty(one.Raw));
            Assert.All(first, one => Assert.NotEmpty(one.DedupeKey));
            Assert.Equal(first.Select(one => one.DedupeKey), again.Select(one => one.DedupeKey));
        }
    }

    [Fact]
    public void Unsigned_is_refused()
    {
        foreach (var fixture in Fixtures.Where(fixture => fixture.Via == Via.Webhook))
            AssertRefused(Adapter.Receive(Delivery(fixture.Payload), Settings, Now));
    }

    [Fact]
    public void Signed_with_another_secret_is_refused()
    {
        var fixture = Fixtures.First(fixture => fixture.Via == Via.Webhook);
        var secrets = Adapter.Descriptor.Settings.Where(field => field.IsSecret).Select(field => field.Key).Concat(OtherSecrets).ToHashSet();
        var others = Values.ToDictionary(pair => pair.Key, pair => secrets.Contains(pair.Key) ? Changed(pair.Value) : pair.Value);
        AssertRefused(Adapter.Receive(Signed(fixture.Payload, Now), new ChannelSettings(others), Now));
        AssertRefused(Adapter.Receive(Signed(fixture.Payload, Now), new ChannelSettings(new Dictionary<string, string>()), Now));
    }

    /// <summary>Settings that are not secret and yet decide what is signed rightly: public keys.</summary>
    protected virtual IEnumerable<string> OtherSecrets => [];

    [Fact]
    public void A_body_that_was_changed_is_refused()
    {
        if (!SignsBody)
            return;
        foreach (var fixture in Fixtures.Where(fixture => fixture.Via == Via.Webhook && fixture.Payload.Body.Length > 0).Take(3))
        {
            var signed = Signed(fixture.Payload, Now);
            var body = signed.Body.ToArray();
            body[body.Length / 2] ^= 1;
            AssertRefused(Adapter.Receive(Again(signed, body), Settings, Now));
        }
    }

    [Fact]
    public void What_was_signed_long_ago_is_refused()
    {
        if (!SignsTime)
            return;
        var fixture = Fixtures.First(fixture => fixture.Via == Via.Webhook);
        AssertRefused(Adapter.Receive(Signed(fixture.Payload, Now.AddHours(-25)), Settings, Now));
        AssertRefused(Adapter.Receive(Signed(fixture.Payload, Now.AddHours(25)), Settings, Now));
        Assert.Null(Adapter.Receive(Signed(fixture.Payload, Now.AddSeconds(-30)), Settings, Now).Refusal);
    }

    [Fact]
    public void Oversized_is_refused_before_it_is_read()
    {
        var received = Adapter.Receive(Delivery(new Payload(new byte[Adapter.Descriptor.Limits.Body + 1])), Settings, Now);
        Assert.Equal((Refusal.TooLarge, 413, 0), (received.Refusal, received.Reply.Status, received.Events.Count));
    }

    [Fact]
    public void Cut_off_at_every_byte_it_is_refused_or_read()
    {
        foreach (var fixture in Fixtures.Where(fixture => fixture.Via == Via.Webhook && fixture.Payload.Body.Length > 0).OrderBy(fixture => fixture.Payload.Body.Length).Take(4))
        {
            for (var length = 0; length < fixture.Payload.Body.Length; length++)
            {
                AssertSane(Reader.Receive(SignedFast(Cut(fixture.Payload, length), Now), Settings, Now));
                var whole = SignedFast(fixture.Payload, Now);
                if (length < whole.Body.Length && length % 16 == 0)
                    AssertSane(Reader.Receive(Again(whole, whole.Body[..length].ToArray()), Settings, Now));
            }
        }
    }

    [Fact]
    public void Values_of_other_types_never_throw()
    {
        foreach (var fixture in Fixtures.Where(fixture => fixture.Payload.Body.Length is > 0 and < 6000))
        {
            foreach (var body in Mutations.Of(fixture.Payload))
            {
                if (fixture.Via == Via.Webhook)
                    AssertSane(Reader.Receive(SignedFast(fixture.Payload with { Body = body }, Now), Settings, Now));
                else if (fixture.Via == Via.Socket)
                    Assert.All(((ISocketChannel)Reader).OnFrame(System.Text.Encoding.UTF8.GetString(body), new SocketState(), Settings, Now).Events, AssertSane);
            }
        }
    }

    [Fact]
    public void Headers_and_queries_of_any_form_never_throw()
    {
        var signed = Signed(Fixtures.First(fixture => fixture.Via == Via.Webhook).Payload, Now);
        foreach (var other in new[] { "", "x", "=", "sha256=", "v0=", "Bearer ", "Bearer a.b.c", "t=1,v1=", "t=,s=", "mac=", "-1", "99999999999999999999", "%", "\ud800", new string('f', 5000), "é", "v0:" + new string('=', 100) })
        {
            foreach (var header in new[] { "Authorization", "X-Hub-Signature-256", "X-Signature", "X-Signature-Ed25519", "X-Signature-Timestamp", "X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Line-Signature", "X-Lark-Signature", "X-Lark-Request-Timestamp", "X-Twilio-Signature", "X-ZEvent-Signature", "Tiktok-Signature", "x-twitter-webhooks-signature", "X-Douyin-Signature", "X-Viber-Content-Signature", "sign", "timestamp", "X-Telegram-Bot-Api-Secret-Token" })
                AssertSane(Adapter.Receive(new WebhookDelivery("POST", signed.Url, new Dictionary<string, string> { [header] = other }, signed.Body), Settings, Now));
            var query = string.Join('&', new[] { "signature", "msg_signature", "timestamp", "nonce", "echostr", "sig", "key", "hub.mode", "crc_token" }.Select(name => name + "=" + Uri.EscapeDataString(other.Replace("\ud800", "", StringComparison.Ordinal))));
            AssertSane(Adapter.Receive(new WebhookDelivery("POST", new Uri("https://chat.example.com/hooks/42?" + query), new Dictionary<string, string>(), signed.Body), Settings, Now));
            AssertSane(Adapter.Receive(new WebhookDelivery("GET", new Uri("https://chat.example.com/hooks/42?" + query), new Dictionary<string, string>(), default), Settings, Now));
        }
    }

    /// <summary>Where the platform speaks XML it is refused as it stands; elsewhere it is no JSON. Nothing is expanded or fetched in either case.</summary>
    [Fact]
    public void A_document_type_is_refused()
    {
        foreach (var type in new[] { "<!DOCTYPE xml SYSTEM \"file:///etc/passwd\">", "<!DOCTYPE xml [<!ENTITY e \"expanded-entity\">]>", "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" })
        {
            var payload = new Payload(System.Text.Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?>{type}<xml><MsgType>text</MsgType><Content>&e;</Content><FromUserName>u</FromUserName><MsgId>1</MsgId></xml>")) { ContentType = "text/xml" };
            var received = Reader.Receive(SignedFast(payload, Now), Settings, Now);
            AssertSane(received);
            Assert.All(received.Events, one => Assert.DoesNotContain("expanded-entity", (one as MessageReceived)?.Text ?? "", StringComparison.Ordinal));
            if (Fixtures.Any(fixture => fixture.File.EndsWith(".xml", StringComparison.Ordinal)))
                Assert.Equal(Refusal.Malformed, received.Refusal);
            else
                Assert.All(received.Events, one => Assert.IsNotType<MessageReceived>(one));
        }
    }

    [Fact]
    public void Unknown_kinds_are_kept_with_their_raw_form()
    {
        var received = Adapter.Receive(Signed(Unknown, Now), Settings, Now);
        Assert.Null(received.Refusal);
        var one = Assert.IsType<Unsupported>(Assert.Single(received.Events));
        Assert.Contains("never_heard_of", one.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_events_in_one_delivery_are_ten_thousand()
    {
        if (IsOneByOne)
        {
            Assert.Null(Many(2));
            return;
        }
        var payload = Many(10_000)!;
        Assert.InRange(payload.Body.Length, 1, Adapter.Descriptor.Limits.Body);
        var received = Adapter.Receive(Signed(payload, Now), Settings, Now);
        Assert.Null(received.Refusal);
        Assert.Equal(10_000, received.Events.Count);
        Assert.Equal(10_000, received.Events.Select(one => one.DedupeKey).Distinct().Count());
    }

    private static WebhookDelivery Again(WebhookDelivery signed, byte[] body) =>
        new(signed.Method, signed.Url, KnownHeaders.Select(name => KeyValuePair.Create(name, signed.Header(name))).Where(pair => pair.Value.Length > 0), body) { ProviderKeys = signed.ProviderKeys };

    private static readonly string[] KnownHeaders =
    [
        "Content-Type", "Authorization", "X-Hub-Signature-256", "X-Signature", "X-Signature-Ed25519", "X-Signature-Timestamp", "X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Line-Signature",
        "X-Lark-Signature", "X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Twilio-Signature", "X-ZEvent-Signature", "Tiktok-Signature", "x-twitter-webhooks-signature", "X-Douyin-Signature",
        "X-Viber-Content-Signature", "sign", "timestamp", "X-Telegram-Bot-Api-Secret-Token",
    ];

    private static string Changed(string value) => value.Length == 0 ? "x" : (value[0] == 'a' ? 'b' : 'a') + value[1..];

    private static void AssertRefused(Received received)
    {
        Assert.NotNull(received.Refusal);
        Assert.Empty(received.Events);
        Assert.InRange(received.Reply.Status, 400, 499);
    }

    private static void AssertSane(Received received)
    {
        if (received.Refusal is null)
            Assert.InRange(received.Reply.Status, 200, 299);
        else
            AssertRefused(received);
        Assert.All(received.Events, AssertSane);
    }

    private static void AssertSane(InboundEvent one)
    {
        Assert.NotEmpty(one.DedupeKey);
        Assert.NotEmpty(one.Type);
        Assert.NotNull(Told.Of(one));
    }
}
