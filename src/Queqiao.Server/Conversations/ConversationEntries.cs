using System.Text.Json.Serialization;

namespace Queqiao.Server.Conversations;

/// <summary>An entry among colleagues: it takes a seq that the customer never sees.</summary>
internal abstract record InternalEntry : EntryBody
{
    [JsonIgnore] // not inherited by an override
    public override bool IsPublic => false;
}

/// <summary>Which team is to look after the conversation changed. Null: none.</summary>
internal sealed record TeamChanged(NamedTeam? From, NamedTeam? To) : InternalEntry;

/// <summary>A team as the log remembers one.</summary>
internal sealed record NamedTeam(Guid Id, string Name);

/// <summary>A tag was put on, under the name it had then.</summary>
internal sealed record Tagged(Guid Id, string Name) : InternalEntry;

internal sealed record Untagged(Guid Id, string Name) : InternalEntry;

internal sealed record PriorityChanged(string From, string To) : InternalEntry;

internal sealed record SubjectChanged(string? From, string? To) : InternalEntry;

/// <summary>Custom fields took new values: JSON objects by key, null where cleared (CustomFields.FieldPatch).</summary>
internal sealed record FieldsChanged(string? Internal, string? Personal) : InternalEntry;

/// <summary>A colleague was named in the note before.</summary>
internal sealed record Mentioned(Guid AgentId, string Name) : InternalEntry;

/// <summary>What it was about and how it ended, in the words of the plan then.</summary>
/// <param name="Category">The category's names from the top: <c>After-sales / Refund</c>.</param>
internal sealed record WrappedUp(Guid CategoryId, string Category, string? ResultId, string? Result, string? Note) : InternalEntry;

/// <summary>The person was erased: what came before is unreadable from here on.</summary>
internal sealed record ContactErased : InternalEntry;

/// <summary>The person is called otherwise from here on; null: nothing.</summary>
internal sealed record ContactRenamed(string? To) : InternalEntry;

/// <summary>Its sender has seen where they were named.</summary>
internal sealed record MentionsSeen : InternalEntry;

/// <summary>A message has another text now. The old one stays in the log.</summary>
/// <param name="Of">Seq of the message.</param>
/// <param name="Markdown">The same with marks, where it has any.</param>
internal sealed record MessageEdited(long Of, string Text, string? Markdown = null) : EntryBody;

/// <summary>A message was taken back: nobody is shown its text any more but colleagues who ask for it.</summary>
internal sealed record MessageRecalled(long Of) : EntryBody;

internal sealed record NoteEdited(long Of, string Text, string? Markdown = null) : InternalEntry;

internal sealed record NoteRecalled(long Of) : InternalEntry;

/// <summary>The customer was asked how it was.</summary>
internal sealed record RatingRequested : EntryBody;

/// <param name="Score">1 to 5.</param>
internal sealed record Rated(int Score, string? Comment) : EntryBody;

/// <summary>The conversation goes on in another one of the same person. Its own entries stay where they are.</summary>
internal sealed record MergedInto(Guid ConversationId) : InternalEntry;

/// <summary>Another conversation of the same person goes on here.</summary>
internal sealed record MergedFrom(Guid ConversationId) : InternalEntry;

internal static class ConversationPriority
{
    public const string None = "none";

    public static readonly IReadOnlyList<string> All = [None, "low", "medium", "high", "urgent"];
}
