using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>
/// Heads and entries as somebody's field policy shows them, before they are written: whatever writes them, REST or sockets, a page or a
/// file, writes the same. With a clear policy they are the same objects.
/// </summary>
internal static class Masked
{
    public static ConversationHead For(this ConversationHead head, FieldPolicy fields)
    {
        if (fields.IsClear || head.Personal is not { } known)
            return head;
        const int previewLength = 158; // shorter ones were not cut
        return head with
        {
            Personal = known with
            {
                ContactName = Masks.At(fields.Name, known.ContactName, Masks.Name),
                LastSenderName = head.LastSenderKind == SenderKind.Contact ? Masks.At(fields.Name, known.LastSenderName, Masks.Name) : known.LastSenderName,
                LastPreview = Masks.At(fields.Messages, known.LastPreview, text => Masks.Text(text, isCut: text.Length >= previewLength)),
                Subject = Words(fields, known.Subject),
                Fields = FieldsOf(fields.Fields, known.Fields),
            },
        };
    }

    public static LogEntry For(this LogEntry entry, FieldPolicy fields)
    {
        if (fields.IsClear)
            return entry;
        var sender = entry.Sender.Kind == SenderKind.Contact && entry.Sender.Name is not null ? entry.Sender with { Name = Masks.At(fields.Name, entry.Sender.Name, Masks.Name) } : entry.Sender;
        return entry with { Sender = sender, Body = Of(entry.Body, fields) };
    }

    public static LogPage For(this LogPage page, FieldPolicy fields) => fields.IsClear ? page : page with { Entries = [.. page.Entries.Select(entry => entry.For(fields))] };

    private static EntryBody Of(EntryBody body, FieldPolicy fields) => body switch
    {
        MessagePosted message => message with { Text = Words(fields, message.Text) ?? "", Markdown = Marked(fields, message.Markdown), Attachments = Files(fields, message.Attachments), Card = fields.Messages == FieldLevel.Hidden ? null : message.Card, Media = Coming(fields, message.Media), Template = fields.Messages == FieldLevel.Clear ? message.Template : null, Bot = BotWriter.For(message.Bot, fields) },
        HandedOver given => BotWriter.For(given, fields),
        BotRated rated => rated with { Reason = rated.Reason is { } code && BotRules.Reasons.Contains(code) ? code : null },
        NotePosted note => note with { Text = Words(fields, note.Text) ?? "", Markdown = Marked(fields, note.Markdown), Attachments = Files(fields, note.Attachments) },
        MessageEdited edited => edited with { Text = Words(fields, edited.Text) ?? "", Markdown = Marked(fields, edited.Markdown) },
        NoteEdited edited => edited with { Text = Words(fields, edited.Text) ?? "", Markdown = Marked(fields, edited.Markdown) },
        StatusChanged status => status with { Reason = Words(fields, status.Reason) },
        ContactRenamed renamed => renamed with { To = Masks.At(fields.Name, renamed.To, Masks.Name) },
        SubjectChanged subject => subject with { From = Words(fields, subject.From), To = Words(fields, subject.To) },
        FieldsChanged change => change with { Personal = FieldsOf(fields.Fields, change.Personal) },
        WrappedUp said => said with { Note = Words(fields, said.Note) },
        FileArrived arrived => arrived with { File = arrived.File is { } file ? Files(fields, [file])?[0] : null, Failed = Words(fields, arrived.Failed) },
        Reacted reacted => reacted with { Emoji = Words(fields, reacted.Emoji) },
        ChannelNoted noted => noted with { What = Words(fields, noted.What) ?? "", Text = Words(fields, noted.Text), Trigger = Words(fields, noted.Trigger) },
        Rated rated => rated with { Comment = Words(fields, rated.Comment) },
        _ => body, // says nothing of what people wrote or are called: a test looks at each kind
    };

    internal static string? Words(FieldPolicy fields, string? text) => Masks.At(fields.Messages, text, static words => Masks.Text(words));

    /// <summary>Stars between marks would make marks of their own: who sees words masked sees them without formats.</summary>
    private static string? Marked(FieldPolicy fields, string? markdown) => fields.Messages == FieldLevel.Clear ? markdown : null;

    /// <summary>Files' names are words, too. With hidden words the files are, as well.</summary>
    private static IReadOnlyList<SentFile>? Files(FieldPolicy fields, IReadOnlyList<SentFile>? files) => fields.Messages switch
    {
        FieldLevel.Clear => files,
        FieldLevel.Hidden => null,
        _ => files?.Select(file => file with { Name = Masks.Text(file.Name) }).ToList(),
    };

    private static IReadOnlyList<IncomingMedia>? Coming(FieldPolicy fields, IReadOnlyList<IncomingMedia>? media) => fields.Messages switch
    {
        FieldLevel.Clear => media,
        FieldLevel.Hidden => null,
        _ => media?.Select(one => one with { Name = one.Name is null ? null : Masks.Text(one.Name) }).ToList(),
    };

    /// <summary>Custom fields about people, as JSON by key.</summary>
    public static string? FieldsOf(FieldLevel level, string? json)
    {
        if (level == FieldLevel.Clear || json is null)
            return json;
        if (level == FieldLevel.Hidden)
            return null;
        var masked = new JsonObject();
        foreach (var (key, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!)
            masked[key] = value.ValueKind is JsonValueKind.Null ? null : value.ValueKind == JsonValueKind.String ? Masks.Rest(value.GetString()!) : "***";
        return masked.ToJsonString();
    }
}
