using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>Keeps when a person last wrote: contacts are listed by it.</summary>
internal sealed class TouchContacts(IContacts contacts) : ILogListener
{
    public string Name => "contacts.seen";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        var wrote = entries.Where(entry => entry.Body is MessagePosted { Direction: Direction.In })
            .GroupBy(entry => (entry.Ws, entry.ConversationId), entry => entry.At)
            .ToDictionary(group => group.Key, group => group.Max());
        foreach (var workspace in wrote.GroupBy(pair => pair.Key.Ws))
        {
            var ids = workspace.Select(pair => pair.Key.ConversationId).ToArray();
            var people = await unit.Db.Visible(Scope<ConversationHead>.Workspace(workspace.Key))
                .Where(head => ids.Contains(head.Id)).Select(head => new { head.Id, head.ContactId }).ToListAsync(ct);
            var seen = people.GroupBy(person => person.ContactId)
                .ToDictionary(person => person.Key, person => person.Max(conversation => wrote[(workspace.Key, conversation.Id)]));
            await contacts.Seen(unit, workspace.Key, seen, ct);
        }
    }
}
