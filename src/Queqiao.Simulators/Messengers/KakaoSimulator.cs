using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A Kakao chatbot that asks a skill; each callback address takes one answer within a minute.</summary>
public sealed class KakaoSimulator(TimeProvider clock) : Simulator("kakao", clock)
{
    private const string Key = "kakao-hook-key-77";
    private readonly Dictionary<string, (SimPerson Person, DateTimeOffset Until)> callbacks = [];
    private readonly Lock gate = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["hookSecret"] = Key };

    protected override SimAnswer On(SimRequest request)
    {
        lock (gate)
        {
            if (Trouble == Trouble.WindowClosed || !callbacks.Remove(request.Path, out var waiting) || waiting.Until < Now)
                return SimAnswer.Json(404, """{"status":"FAIL","message":"callback url is expired or used"}""");
            if ((string?)request.Json["version"] != "2.0" || request.Json["template"]?["outputs"] is not JsonArray { Count: > 0 and <= 3 } outputs)
                return SimAnswer.Json(400, """{"status":"ERROR","message":"invalid template"}""");
            var sent = Take(waiting.Person, "skill", (string?)outputs[0]?["simpleText"]?["text"], request.Json);
            return SimAnswer.Json(new JsonObject { ["taskId"] = sent.Id, ["status"] = "SUCCESS", ["message"] = "", ["timestamp"] = Milliseconds });
        }
    }

    protected override SimHook Text(SimPerson person, string text)
    {
        var path = "/v1/bots/1/callback/" + NextId();
        lock (gate)
            callbacks[path] = (person, Now.AddMinutes(1));
        return SimHook.Post(new JsonObject
        {
            ["intent"] = new JsonObject { ["id"] = "i1", ["name"] = "fallback" }, ["bot"] = new JsonObject { ["id"] = "1", ["name"] = "queqiao" },
            ["userRequest"] = new JsonObject
            {
                ["timezone"] = "Asia/Seoul", ["utterance"] = text, ["lang"] = "ko", ["callbackUrl"] = "https://bot-api.kakao.com" + path,
                ["user"] = new JsonObject { ["id"] = person.Id, ["type"] = "botUserKey", ["properties"] = new JsonObject { ["plusfriendUserKey"] = "p" + person.Id } },
            },
        }) with { Query = "key=" + Key };
    }
}
