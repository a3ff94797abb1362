using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Contacts.People;

/// <summary>Lets somebody write again when the time of their block is over, unless somebody blocked them anew since.</summary>
[NoPurposeGate("ends a state of a contact; reads nothing about the person")]
internal sealed class EndBlock : IJobHandler
{
    public const string Name = "contacts.end_block";

    public JobKind Kind { get; } = new(Name);

    internal sealed record Payload(Guid BlockId);

    public Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var block = run.Payload<Payload>().BlockId;
        return Task.FromResult<JobOutcome>(new JobOutcome.Done(async (unit, stop) =>
        {
            var rows = unit.Db.Visible(Scope<ContactBlock>.Workspace(unit.Ws)).Where(row => row.Id == block && row.EndedAt == null);
            if (await rows.Select(row => (Guid?)row.ContactId).SingleOrDefaultAsync(stop) is not { } contact)
                return;
            var now = unit.Ids.Now();
            await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, (long?)now), stop);
            var root = await unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws)).Where(one => one.Id == contact).Select(one => one.MergedInto).SingleAsync(stop) ?? contact;
            await ContactBlocking.Release(unit, unit.Ws, await ContactReader.Tree(unit.Db, unit.Ws, root, stop), stop);
        }));
    }
}
