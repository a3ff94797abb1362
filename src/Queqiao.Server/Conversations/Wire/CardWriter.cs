using System.Text.Json;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>
/// Cards as JSON. Colleagues get the member <c>card</c>; a customer's widget gets it among the attachments, as one of the kind
/// <c>card</c>, because the part of it that draws attachments is loaded by itself.
/// </summary>
internal static class CardWriter
{
    public static void WriteMember(Utf8JsonWriter json, MessageCard? card)
    {
        if (card is null)
            return;
        json.WritePropertyName("card");
        Write(json, card);
    }

    public static void WriteAttachment(Utf8JsonWriter json, MessageCard card)
    {
        json.WriteStartObject();
        json.WriteString("id", card.Id);
        json.WriteString("kind", "card");
        json.WriteString("name", card.Title);
        json.WriteNumber("size", 0);
        WriteMember(json, card);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MessageCard card)
    {
        json.WriteStartObject();
        json.WriteString("kind", card.Kind);
        json.WriteString("id", card.Id);
        json.WriteString("title", card.Title);
        WriteText(json, "subtitle", card.Subtitle);
        if (card.Amount is { } amount)
            json.WriteNumber("amount", amount);
        WriteText(json, "currency", card.Currency);
        WriteText(json, "status", card.Status);
        WriteText(json, "url", card.Url);
        WriteText(json, "image", card.Image);
        json.WriteStartArray("lines");
        foreach (var line in card.Lines ?? [])
        {
            json.WriteStartObject();
            json.WriteString("text", line.Text);
            WriteText(json, "value", line.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }
}
