using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A bot on Telegram with a webhook.</summary>
public sealed class TelegramSimulator(TimeProvider clock) : Simulator("telegram", clock)
{
    private const string Token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
    private const string Secret = "simulated-secret-42";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["botToken"] = Token, ["secretToken"] = Secret };

    protected override string NewPersonId(string name) => "5" + Digits(name, 8);

    protected override SimAnswer Denied() => Says(401, "Unauthorized");

    protected override SimAnswer TooMany() => SimAnswer.Json(429, """{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}""");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path.StartsWith($"/file/bot{Token}/", StringComparison.Ordinal))
            return Give(request.Path.Split('/')[^1]);
        if (!request.Path.StartsWith($"/bot{Token}/", StringComparison.Ordinal))
            return Denied();
        var method = request.Path[(Token.Length + 5)..];
        string? Field(string name) => request.File is null ? request.Json[name]?.ToString() : request.Part(name);
        switch (method)
        {
            case "getMe":
                return Ok(new JsonObject { ["id"] = 110201543, ["is_bot"] = true, ["first_name"] = "鹊桥优选", ["username"] = "queqiao_bot" });
            case "sendChatAction":
                Signals.Enqueue($"{Field("action")} {Field("chat_id")}");
                return Ok(true);
            case "deleteMessage":
                return Revise(Field("message_id"), null) ? Ok(true) : Says(400, "Bad Request: message to delete not found");
            case "setWebhook" or "deleteWebhook":
                HasWebhook = method == "setWebhook";
                return Ok(true);
            case "getUpdates":
                return HasWebhook ? Says(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first") : Ok(Updates((long?)request.Json["offset"] ?? 0));
            case "answerCallbackQuery":
                return Ok(true);
            case "setMessageReaction":
                return React(request.Json);
            case "getFile":
                return Ok(new JsonObject { ["file_id"] = Field("file_id"), ["file_path"] = "photos/" + Field("file_id") });
            case "getChat":
                return Find(Field("chat_id") ?? "") is { } known ? Ok(new JsonObject { ["id"] = Number(known.Id), ["type"] = "private", ["first_name"] = known.Name }) : Says(400, "Bad Request: chat not found");
            case "editMessageText":
                return Field("text") is { Length: > 0 and <= 4096 } changed && Revise(Field("message_id"), (string?)request.Json["parse_mode"] == "HTML" ? Plain(changed) : changed) ? Ok(new JsonObject { ["message_id"] = request.Json["message_id"]?.DeepClone() }) : Says(400, "Bad Request: message to edit not found");
        }
        if (!method.StartsWith("send", StringComparison.Ordinal))
            return Says(404, "Not Found");
        if (Find(Field("chat_id") ?? "") is not { } person)
            return Says(400, "Bad Request: chat not found");
        if (person.LastWrote is null || Trouble == Trouble.WindowClosed)
            return Says(403, "Forbidden: bot can't initiate conversation with a user");
        var text = Field("text") ?? Field("caption");
        if (request.File is null && (string?)request.Json["parse_mode"] == "HTML" && Plain(text) is var read)
        {
            if (read is null)
                return Says(400, "Bad Request: can't parse entities");
            text = read;
        }
        if (method == "sendMessage" && (text ?? "").Length is 0 or > 4096)
            return Says(400, text is null ? "Bad Request: message text is empty" : "Bad Request: message is too long");
        var sent = Take(person, method, text, request.Json);
        return Ok(new JsonObject { ["message_id"] = Number(sent.Id), ["date"] = Seconds, ["text"] = text, ["chat"] = new JsonObject { ["id"] = Number(person.Id), ["type"] = "private" } });
    }

    private static readonly string[] Tags = ["b", "i", "u", "s", "a", "code", "pre", "blockquote"];

    /// <summary>What is left of HTML without its tags; null: Telegram would not read it.</summary>
    private static string? Plain(string? html)
    {
        try
        {
            var read = System.Xml.Linq.XElement.Parse($"<all>{html}</all>", System.Xml.Linq.LoadOptions.PreserveWhitespace);
            return read.Descendants().All(one => Tags.Contains(one.Name.LocalName) && !(one.Name.LocalName is "code" or "pre" && one.HasElements)) ? read.Value : null;
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }
    }

    /// <summary>Some of the signs that bots may use.</summary>
    private static readonly string[] Signs = ["👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "😢", "🎉", "🙏", "👌"];

    private SimAnswer React(JsonObject body)
    {
        var signs = (body["reaction"] as JsonArray ?? []).Select(one => (string?)one?["emoji"] ?? "").ToList();
        if (signs.Exists(sign => !Signs.Contains(sign)) || signs.Count > 1)
            return Says(400, "Bad Request: REACTION_INVALID");
        Signals.Enqueue($"react {body["message_id"]} {string.Concat(signs)}");
        return Ok(true);
    }

    /// <summary>While there is one, nobody can ask for updates.</summary>
    public bool HasWebhook { get; set; }

    private readonly ConcurrentQueue<(long Number, JsonNode Update)> updates = new();

    /// <summary>Updates that nobody has fetched.</summary>
    public int Waiting => updates.Count;

    /// <summary>Instead of calling the webhook: it waits until somebody asks.</summary>
    public void Keep(SimHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var update = JsonNode.Parse(hook.Body)!;
        updates.Enqueue(((long)update["update_id"]!, update));
    }

    private JsonArray Updates(long from)
    {
        while (updates.TryPeek(out var first) && first.Number < from)
            updates.TryDequeue(out _);
        return new JsonArray([.. updates.Select(one => one.Update.DeepClone())]);
    }

    protected override SimHook Text(SimPerson person, string text) => Update(person, new JsonObject { ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) =>
        Update(person, new JsonObject { ["photo"] = new JsonArray(new JsonObject { ["file_id"] = fileId, ["file_unique_id"] = fileId, ["width"] = 1, ["height"] = 1, ["file_size"] = 5 }) });

    protected override SimHook? Press(SimMessage message, JsonObject raw, int button)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (raw?["reply_markup"]?["inline_keyboard"] is not JsonArray rows || rows.ElementAtOrDefault(button)?[0]?["callback_data"] is not { } data)
            return null;
        var person = message.To;
        return SimHook.Post(new JsonObject
        {
            ["update_id"] = NextNumber(),
            ["callback_query"] = new JsonObject
            {
                ["id"] = NextId(), ["from"] = new JsonObject { ["id"] = Number(person.Id), ["is_bot"] = false, ["first_name"] = person.Name, ["language_code"] = "zh" }, ["chat_instance"] = "1", ["data"] = data.DeepClone(),
                ["message"] = new JsonObject { ["message_id"] = Number(message.Id), ["date"] = Seconds, ["chat"] = new JsonObject { ["id"] = Number(person.Id), ["type"] = "private", ["first_name"] = person.Name } },
            },
        }, ("X-Telegram-Bot-Api-Secret-Token", Secret));
    }

    private SimHook Update(SimPerson person, JsonObject message)
    {
        message["message_id"] = NextNumber();
        message["date"] = Seconds;
        message["from"] = new JsonObject { ["id"] = Number(person.Id), ["is_bot"] = false, ["first_name"] = person.Name, ["language_code"] = "zh" };
        message["chat"] = new JsonObject { ["id"] = Number(person.Id), ["type"] = "private", ["first_name"] = person.Name };
        return SimHook.Post(new JsonObject { ["update_id"] = NextNumber(), ["message"] = message }, ("X-Telegram-Bot-Api-Secret-Token", Secret));
    }

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private static SimAnswer Ok(JsonNode? result) => SimAnswer.Json(new JsonObject { ["ok"] = true, ["result"] = result });

    private static SimAnswer Says(int code, string text) => SimAnswer.Json(code, new JsonObject { ["ok"] = false, ["error_code"] = code, ["description"] = text }.ToJsonString(Sign.Plain));
}
