using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Recognising;

/// <summary>Asks the platform who somebody new is: some tell in a message no more than an id. Brings names, and keys such as the unionid.</summary>
[NoPurposeGate("who is writing: part of answering them")]
internal sealed class AskProfile(IChannels channels, KindRegistry kinds, AdapterServices services, IContacts contacts, IStorageEngine storage) : IJobHandler
{
    public const string Name = "channels.profile";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 4 };

    internal sealed record Payload(Guid ChannelId, Guid ContactId);

    public static NewJob For(int ws, Guid channel, Guid contact) => NewJob.Of(ws, Name, new Payload(channel, contact));

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (channelId, contact) = run.Payload<Payload>();
        if (await channels.Find(channelId, ct) is not { Enabled: true, Account: { } account } channel || channel.Ws != run.Ws || kinds.Find(channel.Kind)?.Adapter is not IProfileChannel platform
            || await contacts.IdentityOn(run.Ws, contact, channelId, ct) is not { } identity)
            return new JobOutcome.Done();
        switch (await platform.Profile(identity, services.For(account), ct))
        {
            case ProfileOutcome.Known { Person: var person }:
                var arrival = new Arrival(channelId, identity)
                {
                    Name = Clean(person.Name ?? person.Username), OnlyIfNameless = true, Source = "channel", Identities = PersonKeys.Of(channel.Kind, person),
                };
                await storage.Run(run.Ws, (unit, stop) => contacts.Arrive(unit, arrival, stop), ct);
                return new JobOutcome.Done();
            case ProfileOutcome.Unknown { Failure.Class: ErrorClass.Retry } later:
                return new JobOutcome.TryLater("provider_away", null, later.Failure.Code);
            default:
                return new JobOutcome.Done(); // the platform does not tell: the id will do
        }
    }

    private static string? Clean(string? name) => name is null || new string([.. name.Trim().Where(letter => !char.IsControl(letter)).Take(200)]) is not { Length: > 0 } clean ? null : clean;
}
