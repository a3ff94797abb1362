using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Discord;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Slack;
using Queqiao.Channels.Teams;

namespace Queqiao.Channels.Tests.Kinds;

public class SlackTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new SlackAdapter();

    public override Dictionary<string, string> Values => new() { ["botToken"] = "xoxb-bot-token", ["signingSecret"] = "8f742231b10e8888abcd99yyyzzz85a5", ["appToken"] = "xapp-app-token" };

    public override Payload Unknown => Payload.Json("""{"type":"event_callback","team_id":"T","event_id":"1","event":{"type":"never_heard_of"}}""");

    protected override bool SignsTime => true;

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals =>
    [
        new(FakeReply.Json("""{"ok":false,"error":"ratelimited"}"""), ErrorClass.Retry), new(FakeReply.Json("""{"ok":false,"error":"token_revoked"}"""), ErrorClass.Reauthorise), new(FakeReply.Json("""{"ok":false,"error":"not_in_channel"}"""), ErrorClass.Config),
        new(FakeReply.Json("""{"ok":false,"error":"channel_not_found"}"""), ErrorClass.Permanent), new(FakeReply.Json("""{"ok":false,"error":"missing_scope","needed":"chat:write"}"""), ErrorClass.Config), new(FakeReply.Json("""{"ok":false,"error":"something_new"}"""), ErrorClass.Permanent),
    ];

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"ok":true,"ts":"1700000000.9","team":"Shop","upload_url":"https://provider.test/base/upload","file_id":"F1","user":{"name":"ann","profile":{"real_name":"Ann"}}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString();
        return Delivery(payload, new() { ["X-Slack-Request-Timestamp"] = time, ["X-Slack-Signature"] = "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData("8f742231b10e8888abcd99yyyzzz85a5"u8, [.. Encoding.UTF8.GetBytes($"v0:{time}:"), .. payload.Body])) });
    }

    [Fact]
    public void The_address_is_proved_by_the_challenge() => Assert.Equal("""{"challenge":"3eZb"}""", Adapter.Receive(Signed(Payload.Json("""{"type":"url_verification","token":"x","challenge":"3eZb"}"""), Now), Settings, Now).Reply.Body);

    [Fact]
    public void Envelopes_are_acknowledged()
    {
        var step = ((ISocketChannel)Adapter).OnFrame("""{"envelope_id":"e1","type":"slash_commands","payload":{"command":"/x","user_id":"U1"}}""", new SocketState(), Settings, Now);
        Assert.Equal("e1", (string?)JsonNode.Parse(Assert.Single(step.Send))!["envelope_id"]);
        Assert.Equal("/x", Assert.IsType<ButtonPressed>(Assert.Single(step.Events)).Payload);
    }
}

public class DiscordTests : AdapterCompliance
{
    private static readonly byte[] Seed = "discord-seed-of-32-bytes-exactly"u8.ToArray();
    private static readonly string Key = Convert.ToHexStringLower(Ed25519.PublicKey(Seed));

    public override IChannelAdapter Adapter { get; } = new DiscordAdapter();

    protected override IChannelAdapter Reader { get; } = new DiscordAdapter { Verify = (_, _, _) => true };

    public override Dictionary<string, string> Values => new() { ["botToken"] = "bot-token-value", ["publicKey"] = Key, ["applicationId"] = "999" };

    protected override IEnumerable<string> OtherSecrets => ["publicKey"];

    public override Payload Unknown => Payload.Json("""{"id":"1","type":99,"never_heard_of":1}""");

    protected override bool SignsTime => true;

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals =>
    [
        new(new(429, """{"message":"You are being rate limited.","retry_after":2.0,"global":false}"""), ErrorClass.Retry, 2), new(new(401, """{"message":"401: Unauthorized","code":0}"""), ErrorClass.Reauthorise),
        new(new(403, """{"message":"Cannot send messages to this user","code":50007}"""), ErrorClass.Permanent), new(new(403, """{"message":"Missing Permissions","code":50013}"""), ErrorClass.Config), new(new(404, """{"message":"Unknown Channel","code":10003}"""), ErrorClass.Permanent),
    ];

    protected override Outbound Message(OutboundContent content) => base.Message(content) with { ConversationId = "290926798999357250" };

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"id":"M-1","username":"shop","global_name":"Ann"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Sign(payload, at, Ed25519.Sign(Seed, Encoding.UTF8.GetBytes(at.ToUnixTimeSeconds().ToString()).Concat(payload.Body).ToArray()));

    protected override WebhookDelivery SignedFast(Payload payload, DateTimeOffset at) => Sign(payload, at, new byte[64]);

    private static WebhookDelivery Sign(Payload payload, DateTimeOffset at, byte[] signature) => Delivery(payload, new() { ["X-Signature-Timestamp"] = at.ToUnixTimeSeconds().ToString(), ["X-Signature-Ed25519"] = Convert.ToHexStringLower(signature) });

    [Fact]
    public void Pings_are_answered_and_forged_ones_get_401()
    {
        Assert.Equal("{\"type\":1}", Adapter.Receive(Signed(Payload.Json("""{"type":1}"""), Now), Settings, Now).Reply.Body);
        Assert.Equal(401, Adapter.Receive(SignedFast(Payload.Json("""{"type":1}"""), Now), Settings, Now).Reply.Status);
    }

    [Fact]
    public void The_gateway_is_greeted_and_resumed()
    {
        var socket = (ISocketChannel)Adapter;
        var hello = socket.OnFrame("""{"op":10,"d":{"heartbeat_interval":41250}}""", new SocketState(), Settings, Now);
        Assert.Equal(2, (int)JsonNode.Parse(Assert.Single(hello.Send))!["op"]!);
        Assert.Equal(TimeSpan.FromMilliseconds(41250), hello.State.Beat);
        var ready = socket.OnFrame("""{"op":0,"s":1,"t":"READY","d":{"session_id":"S","resume_gateway_url":"wss://gateway-us-east1-b.discord.gg"}}""", hello.State, Settings, Now);
        Assert.Equal(("S", 1L), (ready.State.Session, ready.State.Sequence));
        var again = socket.OnFrame("""{"op":10,"d":{"heartbeat_interval":41250}}""", ready.State, Settings, Now);
        Assert.Equal(6, (int)JsonNode.Parse(Assert.Single(again.Send))!["op"]!);
        Assert.Equal("""{"op":1,"d":1}""", socket.Heartbeat(ready.State));
        Assert.True(socket.OnFrame("""{"op":7}""", ready.State, Settings, Now).Ends);
        Assert.Null(socket.OnFrame("""{"op":9,"d":false}""", ready.State, Settings, Now).State.Session);
    }
}

public sealed class TeamsTests : AdapterCompliance, IDisposable
{
    private readonly RSA rsa = RSA.Create(2048);

    public override IChannelAdapter Adapter { get; } = new TeamsAdapter();

    public override Dictionary<string, string> Values => new() { ["appId"] = "app-1", ["appSecret"] = "app-secret-value", ["tenantId"] = "tenant-1" };

    protected override IEnumerable<string> OtherSecrets => ["appId"];

    public override Payload Unknown => Payload.Json("""{"type":"never_heard_of","id":"1","serviceUrl":"https://smba.trafficmanager.net/amer/","channelId":"msteams"}""");

    protected override bool SignsTime => true;

    protected override bool SignsBody => false;

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override IEnumerable<Refused> Refusals =>
    [
        new(new(401, """{"error":{"code":"Unauthorized"}}"""), ErrorClass.Reauthorise), new(new(403, """{"error":{"code":"BotNotInConversationRoster"}}"""), ErrorClass.Permanent), new(new(404, """{"error":{"code":"ConversationNotFound"}}"""), ErrorClass.Permanent),
        new(new(412, "{}"), ErrorClass.Retry), new(new(413, """{"error":{"code":"MessageSizeTooBig"}}"""), ErrorClass.Permanent), new(new(502, ""), ErrorClass.Retry),
    ];

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"access_token":"at-1","expires_in":3600}""") : FakeReply.Json("""{"id":"1700000000009"}""");

    private string? keys;

    private string Keys => keys ??= new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["kid"] = "k1", ["n"] = Base64Url.EncodeToString(rsa.ExportParameters(false).Modulus), ["e"] = Base64Url.EncodeToString(rsa.ExportParameters(false).Exponent), ["endorsements"] = new JsonArray("msteams") }) }.ToJsonString();

    private string Token(DateTimeOffset at, string audience = "app-1", string service = "https://smba.trafficmanager.net/amer/", string issuer = "https://api.botframework.com") => CompactJwt.Make("""{"alg":"RS256","kid":"k1"}""",
        new JsonObject { ["iss"] = issuer, ["aud"] = audience, ["nbf"] = at.ToUnixTimeSeconds(), ["exp"] = at.AddHours(1).ToUnixTimeSeconds(), ["serviceurl"] = service }.ToJsonString(), text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private readonly Dictionary<(DateTimeOffset, string), string> kept = [];

    /// <summary>Names the service that the activity names, as Microsoft does.</summary>
    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var service = Reading.Json.Read(payload.Body)?["serviceUrl"].Filled ?? "https://smba.trafficmanager.net/amer/";
        if (!kept.TryGetValue((at, service), out var token))
            kept[(at, service)] = token = Token(at, service: service);
        return With(payload, token);
    }

    private WebhookDelivery With(Payload payload, string token, bool hasKeys = true) => new("POST", new Uri("https://chat.example.com/hooks/42"), new Dictionary<string, string> { ["Authorization"] = "Bearer " + token }, payload.Body) { ProviderKeys = hasKeys ? Keys : null };

    [Fact]
    public void Tokens_of_others_are_refused()
    {
        var message = Fixture.Of("teams")[0].Payload;
        Assert.Equal(Refusal.WrongAccount, Adapter.Receive(With(message, Token(Now, audience: "another")), Settings, Now).Refusal);
        Assert.Equal(Refusal.WrongAccount, Adapter.Receive(With(message, Token(Now, service: "https://evil.example.com/")), Settings, Now).Refusal);
        Assert.Equal(Refusal.WrongAccount, Adapter.Receive(With(message, Token(Now, issuer: "https://sts.windows.net/x")), Settings, Now).Refusal);
        Assert.Equal(Refusal.KeysNeeded, Adapter.Receive(With(message, Token(Now), hasKeys: false), Settings, Now).Refusal);
        Assert.Equal(Refusal.BadSignature, Adapter.Receive(With(message, Token(Now)[..^8] + "AAAAAAAA"), Settings, Now).Refusal);
    }

    public void Dispose() => rsa.Dispose();
}
