using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Joining;

/// <summary>A customer writes nothing but a code that they were given elsewhere: then we know who they are.</summary>
internal sealed class BringCodes(IContacts contacts) : ILogListener
{
    public string Name => "contacts.codes";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        foreach (var entry in entries)
        {
            if (entry.Body is not MessagePosted { Direction: Direction.In } said || LinkCode.In(said.Text) is not { } code)
                continue;
            var contact = await unit.Db.Visible(Scope<ConversationHead>.Workspace(entry.Ws)).Where(head => head.Id == entry.ConversationId).Select(head => head.ContactId).SingleOrDefaultAsync(ct);
            if (contact != default)
                await contacts.BringLink(unit, entry.Ws, contact, code, ct);
        }
    }
}
