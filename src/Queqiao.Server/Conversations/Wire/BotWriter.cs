using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>What the bot adds to a message, and what it hands over, as JSON and behind a field policy.</summary>
internal static class BotWriter
{
    /// <summary>The member <c>bot</c> of a message. What the bot remembers never leaves; how sure it was is for colleagues.</summary>
    public static void Write(Utf8JsonWriter json, BotPart bot, Audience audience, long? seq = null)
    {
        json.WriteStartObject("bot");
        if (seq is { } of)
            json.WriteNumber("seq", of);
        json.WriteString("kind", bot.Kind);
        json.WriteString("brain", bot.Brain);
        if (audience == Audience.Agents)
        {
            if (bot.Entry is not null)
                json.WriteString("entry", bot.Entry);
            if (bot.Score is { } score)
                json.WriteNumber("score", Math.Round(score, 3));
        }
        json.WriteStartArray("citations");
        foreach (var citation in bot.Citations ?? [])
        {
            json.WriteStartObject();
            json.WriteString("id", citation.Id);
            json.WriteString("title", citation.Title);
            if (citation.Link is not null)
                json.WriteString("link", citation.Link);
            if (citation.Quote is not null)
                json.WriteString("quote", citation.Quote);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("buttons");
        foreach (var button in bot.Buttons ?? [])
        {
            json.WriteStartObject();
            json.WriteString("id", button.Id);
            json.WriteString("text", button.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>For a customer's widget it stands among the attachments, as cards do: the part that draws those is loaded by itself.</summary>
    public static void WriteAttachment(Utf8JsonWriter json, BotPart bot, long seq)
    {
        json.WriteStartObject();
        json.WriteString("id", "bot");
        json.WriteString("kind", "bot");
        json.WriteString("name", "");
        json.WriteNumber("size", 0);
        Write(json, bot, Audience.Customer, seq);
        json.WriteEndObject();
    }

    /// <summary>The members of the event <c>handed_over</c>.</summary>
    public static void WriteHandOver(Utf8JsonWriter json, HandedOver given)
    {
        json.WriteString("reason", given.Reason);
        json.WriteString("summary", given.Summary);
        if (given.Details is null)
            return;
        json.WritePropertyName("details");
        json.WriteRawValue(given.Details);
    }

    /// <summary>What it offers and quotes may repeat what people wrote.</summary>
    public static BotPart? For(BotPart? bot, FieldPolicy fields) => bot is null || fields.Messages == FieldLevel.Clear ? bot : bot with
    {
        State = null,
        Buttons = bot.Buttons?.Select(button => button with { Text = Masked.Words(fields, button.Text) ?? "" }).ToList(),
        Citations = bot.Citations?.Select(citation => citation with { Quote = Masked.Words(fields, citation.Quote) }).ToList(),
    };

    public static HandedOver For(HandedOver given, FieldPolicy fields)
    {
        if (fields.Messages == FieldLevel.Clear)
            return given;
        var details = given.Details is null || fields.Messages == FieldLevel.Hidden ? null : JsonNode.Parse(given.Details);
        details = details as JsonObject;
        Star(details, fields);
        return given with { Reason = HandOverReason.All.Contains(given.Reason) ? given.Reason : "", Summary = Masked.Words(fields, given.Summary) ?? "", Details = details?.ToJsonString() };
    }

    private static void Star(JsonNode? node, FieldPolicy fields)
    {
        foreach (var row in node is JsonObject all ? all.Select(member => member.Value).OfType<JsonArray>().SelectMany(rows => rows).OfType<JsonObject>() : [])
        {
            foreach (var name in row.Select(member => member.Key).ToList())
                row[name] = row[name] is JsonValue value && value.TryGetValue<string>(out var text) ? Masked.Words(fields, text) : null;
        }
    }
}
