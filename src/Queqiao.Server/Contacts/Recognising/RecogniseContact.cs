using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Recognising;

/// <summary>Somebody has proved something new about themselves: perhaps we know them. One after the other, so that two newcomers find each other.</summary>
[NoPurposeGate("finds out whom one is answering: part of answering them")]
internal sealed class RecogniseContact(IStorageEngine storage, Joining joining) : IJobHandler
{
    public const string Name = "contacts.recognise";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live };

    internal sealed record Payload(Guid ContactId);

    public static NewJob For(int ws, Guid contact) => NewJob.Of(ws, Name, new Payload(contact)) with { Lane = "contacts.recognise" };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        await storage.Run(run.Ws, (unit, stop) => joining.Recognise(unit, run.Payload<Payload>().ContactId, stop), ct);
        return new JobOutcome.Done();
    }
}
