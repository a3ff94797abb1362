using Queqiao.Server.Platform.Search;

namespace Queqiao.Server.Conversations.Search;

/// <summary>What of an entry can be found.</summary>
internal static class EntryTexts
{
    /// <summary>Messages and notes are found by their text and the names of their files, conversations by their subject; null: nothing.</summary>
    public static (TextKind Kind, string Text)? Of(EntryBody body) => body switch
    {
        MessagePosted { Revision.Recalled: true } or NotePosted { Revision.Recalled: true } => null,
        MessagePosted message => (TextKind.Message, With(message.Text, message.Attachments)),
        NotePosted note => (TextKind.Note, With(note.Text, note.Attachments)),
        SubjectChanged { To: { } subject } => (TextKind.Subject, subject),
        _ => null,
    };

    private static string With(string text, IReadOnlyList<SentFile>? files) =>
        files is not { Count: > 0 } ? text : string.Join('\n', files.Select(file => file.Name).Prepend(text).Where(part => part.Length > 0));

    public static TextPlace PlaceOf(LogEntry entry) => new(entry.ConversationId, entry.Seq, entry.At);
}
