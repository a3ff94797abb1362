using System.Text.Json;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>The member <c>card</c> of a message.</summary>
internal static class CardWriter
{
    public static void Write(Utf8JsonWriter json, MessageCard card)
    {
        json.WriteStartObject("card");
        json.WriteString("kind", card.Kind);
        json.WriteString("title", card.Title);
        WriteIf(json, "text", card.Text);
        WriteIf(json, "url", card.Url);
        WriteIf(json, "image", card.Image);
        WriteIf(json, "ref", card.Ref);
        json.WriteStartArray("facts");
        foreach (var fact in card.Facts ?? [])
        {
            json.WriteStartObject();
            json.WriteString("label", fact.Label);
            json.WriteString("value", fact.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("buttons");
        foreach (var button in card.Buttons ?? [])
        {
            json.WriteStartObject();
            json.WriteString("label", button.Label);
            WriteIf(json, "url", button.Url);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteIf(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
