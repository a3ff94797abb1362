using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>The part of an erasure that is not in the database, for somebody with many files. Their keys are gone already.</summary>
[NoPurposeGate("erases a person, which nobody has to agree to")]
internal sealed class FinishErasure(IStorageEngine storage, IServiceProvider services) : IJobHandler
{
    public const string Name = "contacts.erase_finish";

    public JobKind Kind { get; } = new(Name) { Concurrency = 1, Leased = 1, MostTries = 20 };

    internal sealed record Payload(Guid ErasureId);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var id = run.Payload<Payload>().ErasureId;
        ErasureRow? row;
        await using (var db = storage.Read(run.Ws))
            row = await db.Table<ErasureRow>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == run.Ws && one.Id == id, ct);
        if (row is { FinishedAt: null })
            await services.GetRequiredService<ErasingContacts>().Finish(row, new Erasure(row.Ws, ErasureReplay.IdsOf(row)), ct);
        return new JobOutcome.Done();
    }
}
