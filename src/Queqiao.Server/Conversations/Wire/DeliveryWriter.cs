using System.Text.Json;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>What messages of outside channels have besides: how far they came, and files that are still to come.</summary>
internal static class DeliveryWriter
{
    /// <summary>The member <c>delivery</c> of a message.</summary>
    public static void Write(Utf8JsonWriter json, MessagePosted message, bool isRead, Audience audience)
    {
        var news = message.Delivery;
        var state = isRead ? DeliveryStates.Read : news?.State ?? (message is { Direction: Direction.Out, Parts: not null } ? DeliveryStates.Pending : DeliveryStates.Sent);
        json.WriteStartObject("delivery");
        json.WriteString("state", state);
        if ((state == DeliveryStates.Failed || news?.Code == DeliveryNews.NotChanged) && audience == Audience.Agents)
            WriteReason(json, news!);
        json.WriteEndObject();
    }

    /// <summary>The members <c>media</c>, <c>sentAt</c>, <c>template</c>, <c>unsupported</c>, <c>outside</c> (the platform knows it by a name), <c>elsewhere</c>; each only where there is something.</summary>
    public static void WriteOutside(Utf8JsonWriter json, MessagePosted message, Audience audience)
    {
        if (message.SentAt is { } sentAt)
            json.WriteString("sentAt", Platform.Json.WireTime.Format(sentAt));
        if (audience == Audience.Customer)
            return;
        if (message.Media is { Count: > 0 })
            WriteMedia(json, message);
        if (message.Template is { } template)
            json.WriteString("template", template.Name);
        if (message.Unsupported is { } unsupported)
            json.WriteString("unsupported", unsupported);
        if (message.IsKnownOutside)
            json.WriteBoolean("outside", true);
        if (message.Elsewhere is true)
            json.WriteBoolean("elsewhere", true);
    }

    /// <summary>The members of an event after its type.</summary>
    public static void WriteEvent(Utf8JsonWriter json, EntryBody body, Audience audience)
    {
        switch (body)
        {
            case DeliveryChanged changed:
                WriteItems(json, changed, audience);
                break;
            case FileArrived arrived:
                json.WriteNumber("of", arrived.Of);
                json.WriteNumber("index", arrived.Index);
                if (arrived.File is { } file)
                {
                    json.WritePropertyName("file");
                    ItemWriter.WriteFile(json, file);
                }
                else
                {
                    json.WriteString("failed", arrived.Failed ?? "hidden");
                }
                break;
            case Reacted reacted:
                json.WriteNumber("of", reacted.Of);
                json.WriteString("emoji", reacted.Emoji);
                json.WriteBoolean("removed", reacted.Removed);
                if (reacted.Code is { } code && audience == Audience.Agents)
                    WriteReason(json, new DeliveryNews(reacted.Of, DeliveryStates.Failed, code) { Zh = reacted.Zh, En = reacted.En });
                break;
            default:
                throw new InvalidOperationException($"{body.GetType().Name} is not about a message of an outside channel.");
        }
    }

    private static void WriteItems(Utf8JsonWriter json, DeliveryChanged changed, Audience audience)
    {
        json.WriteStartArray("items");
        foreach (var item in changed.Items)
        {
            json.WriteStartObject();
            json.WriteNumber("of", item.Of);
            json.WriteString("state", item.State);
            if ((item.State == DeliveryStates.Failed || item.Code == DeliveryNews.NotChanged) && audience == Audience.Agents)
                WriteReason(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteReason(Utf8JsonWriter json, DeliveryNews news)
    {
        json.WriteString("code", news.Code);
        json.WriteStartObject("reason");
        json.WriteString("zh", news.Zh);
        json.WriteString("en", news.En);
        json.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter json, MessagePosted message)
    {
        json.WriteStartArray("media");
        for (var index = 0; index < message.Media!.Count; index++)
        {
            var (one, fate) = (message.Media[index], (string?)null);
            if (message.Fates?.TryGetValue(index, out fate) == true && fate is null)
                continue; // an attachment now
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteString("kind", one.Kind);
            if (one.Name is not null)
                json.WriteString("name", one.Name);
            if (one.Size is { } size)
                json.WriteNumber("size", size);
            json.WriteString("state", fate is null ? "coming" : "failed");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
