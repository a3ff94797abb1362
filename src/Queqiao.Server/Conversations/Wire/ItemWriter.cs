using System.Text.Json;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>For whom an entry is written.</summary>
internal enum Audience
{
    /// <summary>Colleagues: everything.</summary>
    Agents,

    /// <summary>The customer: public entries, without reasons and colleagues' ids.</summary>
    Customer,
}

/// <summary>
/// The one place where an entry of the log becomes JSON (docs/gateway.md "Items"): frames, the console's pages and the
/// widget's are the same bytes.
/// </summary>
internal static class ItemWriter
{
    /// <summary>The frame that tells one audience of an entry.</summary>
    /// <param name="entry">Public when <paramref name="audience"/> is the customer.</param>
    /// <param name="head">The conversation, for the customer's name and read marks.</param>
    /// <param name="audience">For whom.</param>
    public static byte[] Frame(LogEntry entry, ConversationHead head, Audience audience) =>
        Frames.Write((entry, head, audience), static (json, it) =>
        {
            json.WriteString("event", it.entry.Body switch
            {
                MessagePosted or NotePosted => "message.created",
                ReadMarked or MessageEdited or MessageRecalled or NoteEdited or NoteRecalled or DeliveryChanged or FileArrived or Reacted => "message.updated",
                _ => "conversation.updated",
            });
            json.WriteString("conversation", it.entry.ConversationId);
            json.WriteNumber("seq", it.entry.Seq);
            json.WriteNumber("prev", Prev(it.entry, it.audience));
            json.WritePropertyName("data");
            Write(json, it.entry, it.head, it.audience);
        });

    public static void Write(Utf8JsonWriter json, LogEntry entry, ConversationHead head, Audience audience)
    {
        json.WriteStartObject();
        json.WriteString("id", entry.Id);
        json.WriteString("conversationId", entry.ConversationId);
        json.WriteNumber("seq", entry.Seq);
        json.WriteNumber("prev", Prev(entry, audience));
        json.WriteString("at", WireTime.Format(entry.At));
        switch (entry.Body)
        {
            case MessagePosted message:
                WriteMessage(json, message, entry, head, audience);
                break;
            case NotePosted note when audience == Audience.Agents:
                json.WriteString("kind", "note");
                json.WriteString("clientId", note.ClientId);
                WriteSender(json, entry.Sender, head, audience);
                json.WriteString("text", note.Text);
                if (note.Markdown is { } marked)
                    json.WriteString("markdown", marked);
                WriteFiles(json, note.Attachments);
                WriteRevision(json, note.Revision);
                break;
            case NotePosted:
                throw new InvalidOperationException("A note is never written for a customer.");
            case UnreadableEntry { Type: EntryType.Message or EntryType.Note } gone:
                WriteUnreadable(json, gone, entry, head, audience);
                break;
            case InternalEntry when audience == Audience.Customer:
                throw new InvalidOperationException("What colleagues do among themselves is never written for a customer.");
            default:
                json.WriteString("kind", "event");
                WriteSender(json, entry.Sender, head, audience);
                json.WriteStartObject("event");
                EventWriter.Write(json, entry, audience);
                json.WriteEndObject();
                break;
        }
        json.WriteEndObject();
    }

    /// <summary>The members of a page over HTTP.</summary>
    public static void WritePage(Utf8JsonWriter json, LogPage page, ConversationHead head, Audience audience)
    {
        json.WriteStartArray("items");
        foreach (var entry in page.Entries)
            Write(json, entry, head, audience);
        json.WriteEndArray();
        json.WriteBoolean("hasMore", page.More);
    }

    private static long Prev(LogEntry entry, Audience audience) => audience == Audience.Agents ? entry.Seq - 1 : entry.PublicPrev!.Value;

    private static void WriteMessage(Utf8JsonWriter json, MessagePosted message, LogEntry entry, ConversationHead head, Audience audience)
    {
        json.WriteString("kind", "message");
        json.WriteString("clientId", message.ClientId);
        json.WriteString("direction", message.Direction);
        WriteSender(json, entry.Sender, head, audience);
        // What was recalled is gone for the customer; colleagues may look at it.
        var gone = message.Revision is { Recalled: true } && audience == Audience.Customer;
        json.WriteString("text", gone ? "" : message.Text);
        WriteFiles(json, gone ? null : message.Attachments, gone || audience == Audience.Agents ? null : message, entry.Seq);
        if (audience == Audience.Agents)
            CardWriter.WriteMember(json, message.Card);
        if (audience == Audience.Agents && message.Markdown is { } markdown)
            json.WriteString("markdown", markdown);
        if (!gone && message.Bot is { } bot)
            BotWriter.Write(json, bot, audience);
        if (message.ReplyTo is { } replyTo)
            json.WriteNumber("replyTo", replyTo);
        WriteRevision(json, message.Revision);
        var readUpTo = message.Direction == Direction.In ? head.AgentReadSeq : head.ContactReadSeq;
        DeliveryWriter.Write(json, message, entry.Seq <= readUpTo, audience);
        if (!gone)
            DeliveryWriter.WriteOutside(json, message, audience);
    }

    /// <summary>A message without its words: the person was erased, or it was damaged.</summary>
    private static void WriteUnreadable(Utf8JsonWriter json, UnreadableEntry gone, LogEntry entry, ConversationHead head, Audience audience)
    {
        json.WriteString("kind", gone.Type);
        json.WriteString("clientId", "");
        if (gone.Type == EntryType.Message)
            json.WriteString("direction", entry.Sender.Kind == SenderKind.Contact ? Direction.In : Direction.Out);
        WriteSender(json, entry.Sender, head, audience);
        json.WriteString("text", "");
        json.WriteString("unreadable", NameOf(gone.Why));
        json.WriteStartArray("attachments");
        json.WriteEndArray();
    }

    public static string NameOf(Unreadable why) => why == Unreadable.Erased ? "erased" : "damaged";

    private static void WriteFiles(Utf8JsonWriter json, IReadOnlyList<SentFile>? files, MessagePosted? message = null, long seq = 0)
    {
        json.WriteStartArray("attachments");
        if (message?.Card is { } card)
            CardWriter.WriteAttachment(json, card);
        else if (message?.Markdown is { } markdown)
            WriteFormatted(json, markdown);
        if (message?.Bot is { } bot)
            BotWriter.WriteAttachment(json, bot, seq);
        foreach (var file in files ?? [])
            WriteFile(json, file);
        json.WriteEndArray();
    }

    /// <summary>For customers marks come as an attachment of the kind <c>formatted</c>: whoever does not know it has the text.</summary>
    private static void WriteFormatted(Utf8JsonWriter json, string markdown)
    {
        json.WriteStartObject();
        json.WriteString("id", "formatted");
        json.WriteString("kind", "formatted");
        json.WriteString("name", "");
        json.WriteNumber("size", 0);
        json.WriteString("markdown", markdown);
        json.WriteEndObject();
    }

    public static void WriteFile(Utf8JsonWriter json, SentFile file)
    {
        json.WriteStartObject();
        json.WriteString("id", file.Id);
        json.WriteString("kind", file.Kind);
        json.WriteString("name", file.Name);
        json.WriteString("contentType", file.ContentType);
        json.WriteNumber("size", file.Size);
        FileJson.WriteShape(json, file.Width, file.Height, file.DurationMs);
        json.WriteEndObject();
    }

    public static void WriteSender(Utf8JsonWriter json, Sender sender, ConversationHead head, Audience audience)
    {
        json.WriteStartObject("sender");
        json.WriteString("kind", sender.Kind);
        if (sender.Kind == SenderKind.Contact)
            json.WriteString("id", head.ContactId);
        else if (sender.Id is { } id && audience == Audience.Agents)
            json.WriteString("id", id);
        json.WriteString("name", sender.Kind == SenderKind.Contact ? head.ContactName : sender.Name);
        json.WriteEndObject();
    }

    /// <summary>That it is no longer as it was sent. <c>revisedSeq</c>: changes up to this seq are in it.</summary>
    private static void WriteRevision(Utf8JsonWriter json, Revision? revision)
    {
        if (revision is null)
            return;
        json.WriteNumber("revisedSeq", revision.Seq);
        json.WriteString(revision.Recalled ? "recalledAt" : "editedAt", WireTime.Format(revision.At));
    }
}
