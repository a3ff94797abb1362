using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>The members of <c>event</c> of an item: <c>{type, from?, to?, reason? …}</c> (docs/gateway.md "Items").</summary>
internal static class EventWriter
{
    public static void Write(Utf8JsonWriter json, LogEntry entry, Audience audience)
    {
        json.WriteString("type", entry.Body switch { ConversationStarted => "created", UnreadableEntry => "unreadable", _ => EntryBodies.TypeOf(entry.Body) });
        switch (entry.Body)
        {
            case AssigneeChanged assigned:
                WritePerson(json, "from", assigned.From, audience);
                WritePerson(json, "to", assigned.To, audience);
                break;
            case StatusChanged status:
                WriteStatus(json, status, audience);
                break;
            case ReadMarked read:
                json.WriteString("by", read.By);
                json.WriteNumber("upTo", read.UpTo);
                break;
            case UnreadableEntry gone:
                json.WriteString("of", gone.Type);
                json.WriteString("reason", ItemWriter.NameOf(gone.Why));
                break;
            case InternalEntry colleagues:
                WriteInternal(json, colleagues);
                break;
            case DeliveryChanged or FileArrived or Reacted:
                DeliveryWriter.WriteEvent(json, entry.Body, audience);
                break;
            default:
                WriteWord(json, entry.Body);
                break;
        }
    }

    private static void WriteStatus(Utf8JsonWriter json, StatusChanged status, Audience audience)
    {
        json.WriteString("from", status.From);
        json.WriteString("to", status.To);
        if (audience == Audience.Customer)
            return;
        if (status.Reason is not null)
            json.WriteString("reason", status.Reason);
        if (status.Until is { } until)
            json.WriteString("until", WireTime.Format(until));
    }

    private static void WriteMarkdown(Utf8JsonWriter json, string? markdown)
    {
        if (markdown is not null)
            json.WriteString("markdown", markdown);
    }

    private static void WriteWord(Utf8JsonWriter json, EntryBody body)
    {
        switch (body)
        {
            case MessageEdited edited:
                json.WriteNumber("of", edited.Of);
                json.WriteString("text", edited.Text);
                WriteMarkdown(json, edited.Markdown);
                break;
            case MessageRecalled recalled:
                json.WriteNumber("of", recalled.Of);
                break;
            case Rated rated:
                json.WriteNumber("score", rated.Score);
                if (rated.Comment is not null)
                    json.WriteString("comment", rated.Comment);
                break;
            case BotRated rated:
                json.WriteNumber("of", rated.Of);
                json.WriteBoolean("helpful", rated.Helpful);
                if (rated.Reason is not null)
                    json.WriteString("reason", rated.Reason);
                break;
            case ConversationStarted or RatingRequested:
                break;
            default:
                throw new InvalidOperationException($"{body.GetType().Name} has no form on the wire.");
        }
    }

    private static void WriteInternal(Utf8JsonWriter json, InternalEntry body)
    {
        switch (body)
        {
            case TeamChanged team:
                WriteNamed(json, "from", team.From?.Id, team.From?.Name);
                WriteNamed(json, "to", team.To?.Id, team.To?.Name);
                break;
            case Tagged tag:
                WriteNamed(json, "tag", tag.Id, tag.Name);
                break;
            case Untagged tag:
                WriteNamed(json, "tag", tag.Id, tag.Name);
                break;
            case PriorityChanged priority:
                json.WriteString("from", priority.From);
                json.WriteString("to", priority.To);
                break;
            case ContactRenamed renamed:
                json.WriteString("to", renamed.To);
                break;
            case SubjectChanged subject:
                json.WriteString("from", subject.From);
                json.WriteString("to", subject.To);
                break;
            case FieldsChanged fields:
                WriteFields(json, fields);
                break;
            case Mentioned mention:
                WriteNamed(json, "agent", mention.AgentId, mention.Name);
                break;
            case NoteEdited edited:
                json.WriteNumber("of", edited.Of);
                json.WriteString("text", edited.Text);
                WriteMarkdown(json, edited.Markdown);
                break;
            case NoteRecalled recalled:
                json.WriteNumber("of", recalled.Of);
                break;
            case MergedInto other:
                json.WriteString("conversation", other.ConversationId);
                break;
            case MergedFrom other:
                json.WriteString("conversation", other.ConversationId);
                break;
            case HandedOver given:
                BotWriter.WriteHandOver(json, given);
                break;
            case WrappedUp said:
                WriteWrapUp(json, said);
                break;
            case ChannelNoted noted:
                json.WriteString("what", noted.What);
                if (noted.Text is not null)
                    json.WriteString("text", noted.Text);
                break;
            case MentionsSeen or ContactErased:
                break;
            default:
                throw new InvalidOperationException($"{body.GetType().Name} has no form on the wire.");
        }
    }

    private static void WriteWrapUp(Utf8JsonWriter json, WrappedUp said)
    {
        WriteNamed(json, "category", said.CategoryId, said.Category);
        if (said.Result is not null)
            json.WriteString("result", said.Result);
        if (said.Note is not null)
            json.WriteString("note", said.Note);
    }

    private static void WriteFields(Utf8JsonWriter json, FieldsChanged fields)
    {
        json.WriteStartObject("values");
        foreach (var part in new[] { fields.Internal, fields.Personal })
        {
            if (part is null)
                continue;
            using var document = JsonDocument.Parse(part);
            foreach (var member in document.RootElement.EnumerateObject())
                member.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter json, string name, Guid? id, string? text)
    {
        if (id is not { } known)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("id", known);
        json.WriteString("name", text);
        json.WriteEndObject();
    }

    private static void WritePerson(Utf8JsonWriter json, string name, Person? person, Audience audience)
    {
        if (person is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        if (audience == Audience.Agents)
            json.WriteString("id", person.Id);
        json.WriteString("name", person.Name);
        json.WriteEndObject();
    }
}
