using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>
/// Shows messages as they are now: entries never change, so edits and recalls, which come later in the log, are folded into what
/// they are about. An edit of something that was recalled afterwards loses its text too.
/// </summary>
internal static class Revisions
{
    private static readonly string[] Kinds = [EntryType.Edited, EntryType.Recalled, EntryType.NoteEdited, EntryType.NoteRecalled, EntryType.FileArrived];

    /// <param name="db">Reads the same conversation.</param>
    /// <param name="seals">Open what it reads.</param>
    /// <param name="head">Of the conversation; says whether there is anything to fold.</param>
    /// <param name="entries">In the order of seq.</param>
    public static async Task<IReadOnlyList<LogEntry>> Fold(QueqiaoDb db, ConversationSeals seals, ConversationHead head, IReadOnlyList<LogEntry> entries, CancellationToken ct)
    {
        if (head.RevisedSeq == 0 || entries.Count == 0 || (head.RevisedSeq < entries[0].Seq))
            return entries;
        return await Fold(db, seals, head.Ws, head.Id, entries, ct, head.Seq);
    }

    /// <param name="upTo">Later revisions are not for this reader yet.</param>
    public static async Task<IReadOnlyList<LogEntry>> Fold(
        QueqiaoDb db, ConversationSeals seals, int ws, Guid conversation, IReadOnlyList<LogEntry> entries, CancellationToken ct, long upTo = long.MaxValue)
    {
        var rows = await db.Visible(Scope<EntryRow>.Workspace(ws))
            .Where(entry => entry.ConversationId == conversation && entry.Seq <= upTo && Kinds.Contains(entry.Type))
            .OrderBy(entry => entry.Seq).ToListAsync(ct);
        return Fold(entries, await seals.Entries(rows, ct));
    }

    /// <summary>The pure half.</summary>
    public static IReadOnlyList<LogEntry> Fold(IReadOnlyList<LogEntry> entries, IEnumerable<LogEntry> revisions)
    {
        var known = new Dictionary<long, (Revision Revision, string? Text, string? Markdown)>();
        var arrived = new Dictionary<long, List<FileArrived>>();
        foreach (var entry in revisions)
        {
            if (entry.Body is FileArrived file)
            {
                if (!arrived.TryGetValue(file.Of, out var files))
                    arrived[file.Of] = files = [];
                files.Add(file);
                continue;
            }
            var (of, text, markdown, recalled) = entry.Body switch
            {
                MessageEdited edited => (edited.Of, edited.Text, edited.Markdown, false),
                NoteEdited edited => (edited.Of, edited.Text, edited.Markdown, false),
                MessageRecalled gone => (gone.Of, null, null, true),
                NoteRecalled gone => (gone.Of, null, null, true),
                _ => (0L, null, null, false),
            };
            if (known.GetValueOrDefault(of).Revision is { Recalled: true })
                continue;
            var before = known.GetValueOrDefault(of);
            known[of] = (new Revision(entry.Seq, entry.At, recalled), text ?? before.Text, text is null ? before.Markdown : markdown);
        }
        return [.. entries.Select(entry => entry with { Body = Folded(entry) })];

        EntryBody Folded(LogEntry entry) => entry.Body is MessagePosted said && arrived.TryGetValue(entry.Seq, out var came) ? Revised(entry with { Body = With(said, came) }) : Revised(entry);

        EntryBody Revised(LogEntry entry) => entry.Body switch
        {
            MessagePosted message when known.TryGetValue(entry.Seq, out var now) => message with { Card = now.Text is null ? message.Card : null, Text = now.Text ?? message.Text, Markdown = now.Text is null ? message.Markdown : now.Markdown, Revision = now.Revision, Attachments = now.Revision.Recalled ? null : message.Attachments },
            NotePosted note when known.TryGetValue(entry.Seq, out var now) => note with { Text = now.Text ?? note.Text, Markdown = now.Text is null ? note.Markdown : now.Markdown, Revision = now.Revision, Attachments = now.Revision.Recalled ? null : note.Attachments },
            MessageEdited edited when known.GetValueOrDefault(edited.Of).Revision is { Recalled: true } => edited with { Text = "", Markdown = null },
            NoteEdited edited when known.GetValueOrDefault(edited.Of).Revision is { Recalled: true } => edited with { Text = "", Markdown = null },
            var other => other,
        };
    }

    /// <summary>A message with the files of it that came since.</summary>
    private static MessagePosted With(MessagePosted message, List<FileArrived> came) => message with
    {
        Attachments = [.. message.Attachments ?? [], .. came.OrderBy(one => one.Index).Select(one => one.File).OfType<SentFile>()],
        Fates = came.GroupBy(one => one.Index).ToDictionary(one => one.Key, one => one.Any(it => it.File is not null) ? null : one.Last().Failed),
    };
}
