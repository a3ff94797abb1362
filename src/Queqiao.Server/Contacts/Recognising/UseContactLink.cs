using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Recognising;

/// <summary>Somebody wrote a code on a channel. The job carries only what stands for it.</summary>
[NoPurposeGate("finds out whom one is answering, as they asked for")]
internal sealed class UseContactLink(IStorageEngine storage, ContactLinks links, LinkTries tries) : IJobHandler
{
    public const string Name = "contacts.link";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live };

    internal sealed record Payload(Guid ContactId, Guid Tag);

    public static NewJob For(int ws, Guid contact, Guid tag) => NewJob.Of(ws, Name, new Payload(contact, tag)) with { Lane = "contacts.recognise" };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (contact, tag) = run.Payload<Payload>();
        if (!tries.May(contact.ToString()))
            return new JobOutcome.Done();
        if (await storage.Run(run.Ws, (unit, stop) => links.Use(unit, contact, tag, stop), ct) is not null)
            tries.Failed(contact.ToString());
        return new JobOutcome.Done();
    }
}
