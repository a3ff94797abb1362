using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Joining;

/// <summary>Somebody who is known on several channels begins a conversation: perhaps an agent has them already.</summary>
internal sealed class NoticeReturns(IContacts contacts, JobQueue jobs) : ILogListener
{
    public string Name => "contacts.returns";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        foreach (var workspace in entries.Where(entry => entry.Body is ConversationStarted).GroupBy(entry => entry.Ws))
        {
            var begun = workspace.Select(entry => entry.ConversationId).ToArray();
            var people = await unit.Db.Visible(Scope<ConversationHead>.Workspace(workspace.Key)).Where(head => begun.Contains(head.Id)).Select(head => head.ContactId).ToListAsync(ct);
            foreach (var contact in await contacts.Joined(unit, workspace.Key, people, ct))
                await jobs.Add(unit, NewJob.Of(workspace.Key, ContactJoined.Kind, new ContactJoined(contact)), ct);
        }
    }
}
