using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Workplaces;

/// <summary>A robot of DingTalk, by webhook or by its stream.</summary>
public sealed class DingTalkSimulator(TimeProvider clock) : Simulator("dingtalk", clock), ISocketSimulator
{
    private const string BotTopic = "/v1.0/im/bot/messages/get";
    private readonly ConcurrentDictionary<string, string> waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> tickets = new(StringComparer.Ordinal);

    private const string Key = "dingsimulatedkey1";
    private const string Secret = "dingtalk-app-secret-42";
    private readonly Dictionary<string, SimPerson> sessions = [];
    private readonly Lock gate = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appKey"] = Key, ["appSecret"] = Secret };

    protected override bool IssuesTokens => true;

    protected override string NewPersonId(string name) => "staff" + Digits(name, 8);

    protected override SimAnswer TooMany() => Says(403, "Forbidden.AccessDenied.QpsLimitForApi", "too many requests");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/v1.0/oauth2/accessToken")
            return (string?)request.Json["appKey"] == Key && (string?)request.Json["appSecret"] == Secret ? SimAnswer.Json(new JsonObject { ["accessToken"] = NewToken(), ["expireIn"] = 7200 }) : Says(400, "invalidClientIdOrSecret", "invalid");
        if (request.Path == "/v1.0/gateway/connections/open")
            return Open(request);
        if (request.Path == "/robot/sendBySession")
            return Session(request);
        if (request.Path == "/media/upload")
            return request.File is { } file && IsToken(request.Query.GetValueOrDefault("access_token")) ? SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["media_id"] = "@" + Keep(file) }) : Says(400, "40014", "invalid access_token");
        if (request.Path.StartsWith("/download/", StringComparison.Ordinal))
            return Give(request.Path[10..]);
        if (!IsToken(request.Header("x-acs-dingtalk-access-token")))
            return Says(401, "InvalidAuthentication", "不合法的access_token");
        return request.Path switch
        {
            "/v1.0/robot/oToMessages/batchSend" => Direct(request.Json),
            "/v1.0/robot/otoMessages/batchRecall" => SimAnswer.Json(new JsonObject { ["successResult"] = request.Json["processQueryKeys"]?.DeepClone() }),
            "/v1.0/robot/messageFiles/download" => SimAnswer.Json(new JsonObject { ["downloadUrl"] = $"{request.BaseUrl}/download/{(string?)request.Json["downloadCode"]}" }),
            _ => Says(404, "resource.not.found", "not found"),
        };
    }

    /// <summary>A ticket for one connection; what is subscribed must be what a robot hears.</summary>
    private SimAnswer Open(SimRequest request)
    {
        if ((string?)request.Json["clientId"] != Key || (string?)request.Json["clientSecret"] != Secret)
            return Says(401, "authFailed", "the clientId or clientSecret is wrong");
        if (request.Json["subscriptions"] is not JsonArray wanted || !wanted.Any(one => (string?)one?["type"] == "CALLBACK" && (string?)one["topic"] == BotTopic))
            return Says(400, "invalidParameter", "subscriptions");
        var ticket = "ticket" + NextId();
        tickets[ticket] = true;
        return SimAnswer.Json(new JsonObject { ["endpoint"] = request.BaseUrl.Replace("http", "ws", StringComparison.Ordinal) + "/connect", ["ticket"] = ticket });
    }

    public bool Admits(string query) => tickets.TryRemove(query.Split("ticket=")[^1], out _);

    /// <summary>What nobody has confirmed is said again.</summary>
    public IReadOnlyList<string> Greets() => [Frame("SYSTEM", "ping", "ping" + NextId(), """{"opaque":"o-1"}"""), .. waiting.Values];

    public IReadOnlyList<string> Hears(string frame)
    {
        if (JsonNode.Parse(frame) is JsonObject said && (int?)said["code"] == 200 && (string?)said["headers"]?["messageId"] is { } id)
            waiting.TryRemove(id, out _);
        return [];
    }

    /// <summary>How much was not confirmed yet.</summary>
    public int Waiting => waiting.Count;

    public string FrameOf(SimHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var id = "stream" + NextId();
        return waiting[id] = Frame("CALLBACK", BotTopic, id, System.Text.Encoding.UTF8.GetString(hook.Body));
    }

    /// <summary>The connection is about to be taken down: clients open another one.</summary>
    public string Farewell() => Frame("SYSTEM", "disconnect", "bye" + NextId(), """{"reason":"connection is expired"}""");

    /// <summary>The data is JSON within a string.</summary>
    private string Frame(string type, string topic, string id, string data) => new JsonObject
    {
        ["specVersion"] = "1.0", ["type"] = type, ["headers"] = new JsonObject { ["appId"] = "app", ["contentType"] = "application/json", ["messageId"] = id, ["time"] = Milliseconds.ToString(CultureInfo.InvariantCulture), ["topic"] = topic }, ["data"] = data,
    }.ToJsonString(Sign.Plain);

    private SimAnswer Session(SimRequest request)
    {
        SimPerson? person;
        lock (gate)
            sessions.TryGetValue(request.Query.GetValueOrDefault("session") ?? "", out person);
        if (person is null || Trouble == Trouble.WindowClosed)
            return SimAnswer.Json(new JsonObject { ["errcode"] = 300001, ["errmsg"] = "session not exist" });
        var type = (string?)request.Json["msgtype"] ?? "";
        return request.Json[type] is JsonObject content ? SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["errmsg"] = "ok", ["messageId"] = Take(person, type, (string?)content["content"] ?? (string?)content["text"], request.Json).Id }) : SimAnswer.Json(new JsonObject { ["errcode"] = 40035, ["errmsg"] = "不合法的参数" });
    }

    private SimAnswer Direct(JsonObject body)
    {
        if ((string?)body["robotCode"] != Key)
            return Says(400, "invalidParameter.robotCode.notExsit", "robot 不存在");
        if (Find((string?)body["userIds"]?[0] ?? "") is not { } person)
            return SimAnswer.Json(new JsonObject { ["processQueryKey"] = "k", ["invalidStaffIdList"] = new JsonArray((string?)body["userIds"]?[0]) });
        var param = JsonNode.Parse((string?)body["msgParam"] ?? "{}");
        return SimAnswer.Json(new JsonObject { ["processQueryKey"] = Take(person, (string?)body["msgKey"] ?? "", (string?)param?["content"] ?? (string?)param?["title"], body).Id, ["invalidStaffIdList"] = new JsonArray() });
    }

    protected override SimHook Text(SimPerson person, string text) => Told(person, "text", "text", new JsonObject { ["content"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Told(person, "picture", "content", new JsonObject { ["downloadCode"] = fileId, ["pictureDownloadCode"] = fileId });

    private SimHook Told(SimPerson person, string type, string member, JsonObject content)
    {
        var session = "s" + NextId();
        lock (gate)
            sessions[session] = person;
        var time = Milliseconds.ToString(CultureInfo.InvariantCulture);
        return SimHook.Post(new JsonObject
        {
            ["msgId"] = "msg" + NextId(), ["msgtype"] = type, [member] = content, ["createAt"] = Milliseconds, ["conversationId"] = "cid" + person.Id, ["conversationType"] = "1", ["senderId"] = "$:LWCP_v1:$" + person.Id, ["senderStaffId"] = person.Id,
            ["senderNick"] = person.Name, ["chatbotCorpId"] = "dingcorp", ["chatbotUserId"] = "bot", ["robotCode"] = Key, ["sessionWebhook"] = "https://oapi.dingtalk.com/robot/sendBySession?session=" + session, ["sessionWebhookExpiredTime"] = Milliseconds + 5_400_000,
        }, ("timestamp", time), ("sign", Convert.ToBase64String(Sign.Hmac256(Secret, Sign.Bytes(time + "\n" + Secret)))));
    }

    private static SimAnswer Says(int status, string code, string message) => SimAnswer.Json(status, new JsonObject { ["code"] = code, ["message"] = message }.ToJsonString(Sign.Plain));
}
