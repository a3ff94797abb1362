using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A business account on Douyin: one may answer a message, within 48 hours.</summary>
public sealed class DouyinSimulator(TimeProvider clock) : Simulator("douyin", clock)
{
    private const string Key = "awdouyinclientkey";
    private const string Secret = "douyin-client-secret";
    private const string First = "refresh-douyin-first";
    private readonly OAuthDesk consent = new("client_key", Key);
    private readonly HashSet<string> heard = [];
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> born = new(StringComparer.Ordinal);
    private int prolonged;

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["clientKey"] = Key, ["clientSecret"] = Secret, ["refreshToken"] = First };

    protected override bool IssuesTokens => true;

    protected override SimAnswer TooMany() => Says(2100009, "quota reached");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/platform/oauth/connect/")
            return consent.Page(request);
        if (request.Path == "/oauth/access_token/")
        {
            return request.Form.GetValueOrDefault("client_secret") == Secret && consent.Redeem(request.Form.GetValueOrDefault("code"), null, null) ? Gives(NewRefresh(), "business-1") : Says(10007, "authorization code is expired");
        }
        if (request.Path is "/oauth/refresh_token/" or "/oauth/renew_refresh_token/")
        {
            if (request.Form.GetValueOrDefault("client_key") != Key || request.Form.GetValueOrDefault("refresh_token") is not { } refresh || Left(refresh) is not { } left || left <= TimeSpan.Zero)
                return Says(10010, "refresh_token is invalid");
            return request.Path == "/oauth/refresh_token/" ? Gives(refresh, null) : Prolong();
        }
        if (request.Path.StartsWith("/media/", StringComparison.Ordinal))
            return Give(request.Path[7..]);
        if (!IsToken(request.Header("access-token")))
            return Says(2190008, "access_token expired");
        if (request.Path == "/tool/imagex/client_upload/")
            return request.File is { } file ? SimAnswer.Json(new JsonObject { ["data"] = new JsonObject { ["image_id"] = Keep(file), ["error_code"] = 0 } }) : Says(2100005, "parameter error");
        if (request.Path is not "/im/send/msg/" || Find((string?)request.Json["to_user_id"] ?? "") is not { } person)
            return Says(2100005, "parameter error");
        lock (gate)
        {
            if (!heard.Contains((string?)request.Json["msg_id"] ?? "") || !IsOpen(person, TimeSpan.FromHours(48), 6))
                return Says(28001003, "reply window closed");
        }
        var content = request.Json["content"];
        var text = (string?)content?["text"]?["text"];
        if ((int?)content?["msg_type"] is not { } type || text is { Length: > 1000 })
            return Says(28001018, "content is not valid");
        return SimAnswer.Json(new JsonObject { ["data"] = new JsonObject { ["error_code"] = 0, ["msg_id"] = Take(person, type == 1 ? "text" : "image", text, request.Json).Id }, ["extra"] = new JsonObject { ["error_code"] = 0 } });
    }

    private SimAnswer Gives(string refresh, string? who) => SimAnswer.Json(new JsonObject
    {
        ["data"] = new JsonObject { ["access_token"] = NewToken(), ["expires_in"] = 1_296_000, ["refresh_token"] = refresh, ["refresh_expires_in"] = (long)Left(refresh)!.Value.TotalSeconds, ["open_id"] = who ?? "business-1", ["error_code"] = 0 },
        ["message"] = "success",
    });

    /// <summary>A refresh token lives for thirty days; another one is given for it five times at most.</summary>
    private SimAnswer Prolong()
    {
        if (Interlocked.Increment(ref prolonged) > 5)
            return Says(10020, "renew refresh_token limit reached");
        return SimAnswer.Json(new JsonObject { ["data"] = new JsonObject { ["refresh_token"] = NewRefresh(), ["expires_in"] = 2_592_000, ["error_code"] = 0 }, ["message"] = "success" });
    }

    private string NewRefresh()
    {
        var refresh = "refresh-douyin-" + NextId();
        lock (gate)
            born[refresh] = Now;
        return refresh;
    }

    private TimeSpan? Left(string refresh)
    {
        lock (gate)
        {
            if (refresh == First)
                born.TryAdd(refresh, Now);
            return born.TryGetValue(refresh, out var at) ? at.AddDays(30) - Now : null;
        }
    }

    protected override SimHook Text(SimPerson person, string text) => Told(person, new JsonObject { ["message_type"] = "text", ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Told(person, new JsonObject { ["message_type"] = "user_local_image", ["resource_url"] = $"{baseUrl}/media/{fileId}" });

    public override SimHook Handshake() => Signed(new JsonObject { ["event"] = "verify_webhook", ["client_key"] = Key, ["from_user_id"] = "", ["content"] = """{"challenge":12345}""" }) with { Expect = "12345" };

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && JsonNode.Parse(body)?["challenge"]?.ToString() == handshake.Expect;

    private SimHook Told(SimPerson person, JsonObject content)
    {
        var id = "@" + NextId();
        lock (gate)
            heard.Add(id);
        content["server_message_id"] = id;
        content["conversation_short_id"] = "c-" + person.Id;
        content["conversation_type"] = 1;
        content["create_time"] = Milliseconds;
        content["user_infos"] = new JsonArray(new JsonObject { ["open_id"] = person.Id, ["nick_name"] = person.Name });
        return Signed(new JsonObject { ["event"] = "im_receive_msg", ["client_key"] = Key, ["from_user_id"] = person.Id, ["to_user_id"] = "business-1", ["log_id"] = "l" + id, ["content"] = content.ToJsonString(Sign.Plain) });
    }

    private static SimHook Signed(JsonObject body)
    {
        var bytes = Sign.Bytes(body.ToJsonString(Sign.Plain));
        return SimHook.Post(bytes, ("X-Douyin-Signature", Sign.Hex(SHA1.HashData(Sign.Join(Secret, bytes)))));
    }

    private static SimAnswer Says(int code, string text) => SimAnswer.Json(new JsonObject { ["data"] = new JsonObject { ["error_code"] = code, ["description"] = text }, ["extra"] = new JsonObject { ["error_code"] = code } });
}
