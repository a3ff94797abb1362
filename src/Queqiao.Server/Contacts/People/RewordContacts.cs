using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary>Makes the words anew of whom an older server has left without: until then they are found by what they had.</summary>
[NoPurposeGate("keeps people findable for those who answer them")]
internal sealed class RewordContacts(IStorageEngine storage, ContactEdits edits) : IJobHandler
{
    public const string Name = "contacts.words";

    private const int AtOnce = 20;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        while (await Some(ct))
            ct.ThrowIfCancellationRequested();
        return new JobOutcome.Done();
    }

    /// <summary>True: there may be more.</summary>
    private async Task<bool> Some(CancellationToken ct)
    {
        List<Contact> due;
        await using (var db = storage.ReadSystem())
        {
            due = await db.Visible(Scope<Contact>.Everything("the words of all workspaces are made by one job"))
                .Where(contact => contact.WordsDue).OrderBy(contact => contact.Ws).ThenBy(contact => contact.Id).Take(AtOnce).ToListAsync(ct);
        }
        foreach (var workspace in due.GroupBy(contact => contact.Ws))
        {
            await storage.Run(workspace.Key, async (unit, stop) =>
            {
                foreach (var contact in workspace)
                    await edits.Reword(unit, contact.Id, stop);
                var ids = workspace.Select(contact => contact.Id).ToArray();
                return await unit.Db.Visible(Scope<Contact>.Workspace(workspace.Key)).Where(contact => ids.Contains(contact.Id)).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.WordsDue, false), stop);
            }, ct);
        }
        return due.Count == AtOnce;
    }
}
