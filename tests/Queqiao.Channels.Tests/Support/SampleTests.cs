using System.Text.Json.Nodes;

namespace Queqiao.Channels.Tests.Support;

/// <summary>The kinds that there are, and the class that tests each.</summary>
public static class Suites
{
    public static IReadOnlyDictionary<string, AdapterCompliance> All { get; } = typeof(Suites).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && typeof(AdapterCompliance).IsAssignableFrom(type))
        .Select(type => (AdapterCompliance)Activator.CreateInstance(type)!).ToDictionary(suite => suite.Kind, StringComparer.Ordinal);
}

public sealed class WithSamplesFactAttribute : FactAttribute
{
    public WithSamplesFactAttribute() => Skip = Repository.Samples is null ? "The sample of published payloads does not lie beside this checkout (shared/data/channels)." : null;
}

/// <summary>The published sample beside the checkout: payloads that the adapters' authors did not choose.</summary>
public class SampleTests
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["whatsapp_cloud"] = "whatsapp", ["messenger"] = "messenger", ["instagram"] = "instagram", ["wechat_mp"] = "wechat-official", ["wechat_miniprogram"] = "wechat-miniprogram", ["wecom"] = "wecom",
        ["wechat_kf"] = "wechat-kf", ["dingtalk"] = "dingtalk", ["feishu"] = "feishu", ["douyin"] = "douyin", ["qq"] = "qq", ["weibo"] = "weibo", ["telegram"] = "telegram", ["line"] = "line", ["viber"] = "viber",
        ["slack"] = "slack", ["discord"] = "discord", ["teams"] = "teams", ["twilio"] = "twilio-sms", ["aliyun_sms"] = "aliyun-sms", ["tencent_sms"] = "tencent-sms", ["zalo"] = "zalo", ["kakao"] = "kakao",
        ["tiktok"] = "tiktok", ["x_dm"] = "x",
    };

    /// <summary>Members that name the same fact otherwise, or facts that are kept in the raw event only; see docs/channels.</summary>
    private static readonly HashSet<string> Elsewhere =
    [
        "conversation_title", "reply_url", "reply_url_expires_at", "reply_token", "servicer_userid", "response", "entities", "command", "edited_at", "frequently_forwarded", "origin", "msgtype", "template_id", "tenant",
        "interaction_id", "action_id", "callback_id", "referral", "user_ref", "ref", "kf_account", "scene", "session_from", "url", "robot_code", "context", "subscribed", "unblocked", "agent_id", "task_id", "response_code",
        "selected", "postback_params", "postback_description", "service_url", "upload_url", "reply_to_story", "redelivery", "forward_from_id", "sender_username", "error_code",
    ];

    /// <summary>Where the sample contradicts itself.</summary>
    private static readonly Dictionary<string, string> Odd = new()
    {
        ["wechat_mp/event_subscribe_scan.xml"] = "holds Event=scancode_push, which is not a subscription",
        ["teams/message_file_attachment_partial.json"] = "is a part of an activity",
        ["teams/invoke_file_consent_accept_partial.json"] = "is a part of an activity",
        ["line/all_28_events.json"] = "names no events; counted below",
    };

    [WithSamplesFact]
    public async Task The_published_sample_becomes_what_is_expected_of_it()
    {
        var index = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Samples!, "index.json")))!;
        var wrong = new List<string>();
        var seen = 0;
        foreach (var entry in index["payloads"]!.AsArray().Select(entry => entry!.AsObject()))
        {
            if (!Names.TryGetValue((string)entry["channel"]!, out var kind) || !Suites.All.TryGetValue(kind, out var suite))
                continue;
            if (Odd.ContainsKey((string)entry["file"]!))
                continue;
            seen++;
            wrong.AddRange(await suite.Differences(Sample(kind, entry)));
        }
        Assert.True(wrong.Count == 0, "\n" + string.Join('\n', wrong));
        Assert.True(seen > 20);
    }

    [WithSamplesFact]
    public void A_delivery_of_28_events_gives_28()
    {
        var suite = Suites.All["line"];
        var received = suite.Adapter.Receive(suite.Signed(new Payload(File.ReadAllBytes(Path.Combine(Repository.Samples!, "line/all_28_events.json"))), AdapterCompliance.Now), suite.Settings, AdapterCompliance.Now);
        Assert.Equal(28, received.Events.Count);
    }

    private static Fixture Sample(string kind, JsonObject entry)
    {
        var file = (string)entry["file"]!;
        var via = (string?)entry["transport"]?["method"] switch { "response" => Via.Pull, "stream" => Via.Socket, _ => Via.Webhook };
        var text = File.ReadAllBytes(Path.Combine(Repository.Samples!, file));
        if (kind == "discord" && file.Contains("message_object", StringComparison.Ordinal))
            (via, text) = (Via.Socket, System.Text.Encoding.UTF8.GetBytes("{\"op\":0,\"s\":1,\"t\":\"MESSAGE_CREATE\",\"d\":" + System.Text.Encoding.UTF8.GetString(text) + "}"));
        if (via == Via.Socket && kind == "dingtalk")
            text = System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["specVersion"] = "1.0", ["type"] = "CALLBACK", ["headers"] = new JsonObject { ["topic"] = "/v1.0/im/bot/messages/get", ["messageId"] = "f1" }, ["data"] = System.Text.Encoding.UTF8.GetString(text) }.ToJsonString());
        var payload = new Payload(text, Fixture.MimeOf(file));
        return new Fixture(kind, "sample " + file, (string)entry["kind"]!, (string)entry["source"]!, via, payload, Expected(entry), null);
    }

    private static JsonArray Expected(JsonObject entry)
    {
        var events = new JsonArray();
        foreach (var one in entry["expected"]!["events"]!.AsArray().Select(one => one!.DeepClone().AsObject()))
        {
            if ((string?)one["type"] == "verification")
                continue; // an answer, not an event: tested with the handshakes
            foreach (var name in one.Select(member => member.Key).Where(Elsewhere.Contains).ToList())
                one.Remove(name);
            Translate(one);
            events.Add(one);
        }
        return events;
    }

    private static void Translate(JsonObject one)
    {
        switch ((string?)one["type"])
        {
            case "referral" or "optin":
                one["type"] = "system";
                break;
            case "reaction" or "system" or "delete" when one["provider_message_id"] is { } id:
                one.Remove("provider_message_id"); // of the event itself: what it is told apart by
                one.Remove("dedupe_key");
                one["dedupe_key"] = (string)id!;
                break;
            case "echo":
                one.Remove("sender_external_id"); // our own account, which AccountId names
                break;
            case "ignored":
                one["type"] = "unsupported";
                break;
            case "postback" or "follow" or "unfollow":
                one.Remove("event"); // the provider's name is the event's type
                break;
        }
        foreach (var part in (one["attachments"] as JsonArray ?? []).Select(part => part!.AsObject()))
        {
            foreach (var name in part.Select(member => member.Key).Where(name => name is not ("kind" or "id" or "url" or "mime" or "filename" or "size" or "latitude" or "longitude" or "name" or "phones" or "duration_s" or "duration_ms" or "address" or "caption" or "voice")).ToList())
                part.Remove(name);
        }
    }
}
