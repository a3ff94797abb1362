using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Joining;

/// <summary>
/// Contacts have become one person. Their conversations stay apart, each belongs to its channel; but one agent has them all: whoever
/// holds one that is open gets those that wait.
/// </summary>
[NoPurposeGate("who answers somebody: part of answering them")]
internal sealed class JoinConversations(IStorageEngine storage, ConversationSeals seals, ConversationLog log, IContacts contacts, SettingsBoard settings) : IJobHandler
{
    private const int Most = 20;

    public JobKind Kind { get; } = new(ContactJoined.Kind) { Class = JobClass.Live };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        if (!settings.Of(run.Ws).OneAgentPerPerson || await contacts.PersonOf(run.Ws, run.Payload<ContactJoined>().ContactId, ct) is not { } person)
            return new JobOutcome.Done();
        var parts = person.Contacts.ToArray();
        List<ConversationHead> open;
        await using (var db = storage.Read(run.Ws))
        {
            open = await seals.Heads(db.Visible(Scope<ConversationHead>.Workspace(run.Ws))
                .Where(head => parts.Contains(head.ContactId) && head.Status != ConversationStatus.Resolved && head.ErasedAt == null).OrderByDescending(head => head.LastActivityAt).Take(Most), ct);
        }
        if (open.FirstOrDefault(head => head.AssigneeId is not null) is not { AssigneeId: { } agent } held)
            return new JobOutcome.Done();
        foreach (var waiting in open.Where(head => head.AssigneeId is null))
        {
            await log.Append(reply => new LogCommand
            {
                Ws = run.Ws, ConversationId = waiting.Id, By = Sender.System, Reply = reply,
                Decide = now => now.AssigneeId is null ? now.AssignTo(new Person(agent, held.AssigneeName ?? "")) : Decision.Nothing,
            });
        }
        return new JobOutcome.Done();
    }
}
