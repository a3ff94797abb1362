using Queqiao.Server.Platform.Search;

namespace Queqiao.Server.Conversations.Search;

/// <summary>What of an entry can be found.</summary>
internal static class EntryTexts
{
    /// <summary>Messages and notes are found by their text; null: nothing.</summary>
    public static (TextKind Kind, string Text)? Of(EntryBody body) => body switch
    {
        MessagePosted message => (TextKind.Message, message.Text),
        NotePosted note => (TextKind.Note, note.Text),
        _ => null,
    };

    public static TextPlace PlaceOf(LogEntry entry) => new(entry.ConversationId, entry.Seq, entry.At);
}
