using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>Asks a platform for what is new, page by page. One at a time for each channel, on whichever node: they share a lane.</summary>
[NoPurposeGate("receives what customers wrote")]
internal sealed class PullJob(PullBook book, IChannelIntake intake, IChannels channels, KindRegistry kinds, AdapterServices services, ChannelHealth health, Ids ids) : IJobHandler
{
    public const string Name = "channels.pull";

    private const int MostPages = 200;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 8, MostTries = 8, FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(5), Keep = TimeSpan.Zero };

    /// <param name="Hint">Sealed: some are secrets of the provider for a while.</param>
    internal sealed record Payload(Guid Channel, byte[]? Hint);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (id, box) = run.Payload<Payload>();
        if (await channels.Find(id, ct) is not { Enabled: true, Account: { } account } channel || kinds.Find(channel.Kind)?.Adapter is not IPullChannel pulled)
            return new JobOutcome.Done();
        var hint = box is null ? null : book.Hint(run.Ws, id, box);
        for (var pages = 0; pages < MostPages; pages++)
        {
            ct.ThrowIfCancellationRequested();
            var cursor = await book.Cursor(run.Ws, id, ct);
            var page = await pulled.Pull(cursor, hint, services.For(account), ct);
            if (page.Failed is { } failed)
            {
                health.Failed(run.Ws, id, failed.Failure, ids.Now());
                return failed.Failure.Class is ErrorClass.Retry or ErrorClass.Reauthorise ? new JobOutcome.TryLater("delivery_failed", failed.After, failed.Failure.Code) : new JobOutcome.GiveUp("delivery_failed", failed.Failure.Code);
            }
            await intake.Take(channel, page.Events, ct); // before the cursor: what was pulled is never lost
            await book.Move(run.Ws, id, page.Cursor, ct);
            if (!page.HasMore)
                break;
        }
        return new JobOutcome.Done();
    }
}

/// <summary>How far channels were pulled.</summary>
internal sealed class PullBook(IStorageEngine storage)
{
    private const string Purpose = "channel cursor";
    private const string HintPurpose = "channel pull hint";

    public byte[] SealHint(int ws, Guid channel, string hint) => storage.Vault.Seal(ws, HintPurpose, Encoding.UTF8.GetBytes(hint), channel);

    public string Hint(int ws, Guid channel, byte[] box) => Encoding.UTF8.GetString(storage.Vault.Open(ws, HintPurpose, box, channel));

    public async Task<string?> Cursor(int ws, Guid channel, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var box = await db.Table<ChannelState>().AsNoTracking().Where(state => state.Ws == ws && state.ChannelId == channel).Select(state => state.Pulled).SingleOrDefaultAsync(ct);
        return box is null ? null : Encoding.UTF8.GetString(storage.Vault.Open(ws, Purpose, box, channel));
    }

    public Task Move(int ws, Guid channel, string? cursor, CancellationToken ct) => storage.Run(ws, (unit, stop) =>
    {
        var box = cursor is null ? null : unit.Vault.Seal(ws, Purpose, Encoding.UTF8.GetBytes(cursor), channel);
        return unit.Db.Table<ChannelState>().Where(state => state.Ws == ws && state.ChannelId == channel).ExecuteUpdateAsync(set => set.SetProperty(state => state.Pulled, box), stop);
    }, ct);
}

/// <summary>A platform says that there is something to pull.</summary>
internal sealed class PullHints(JobQueue jobs, PullBook book, IStorageEngine storage) : IEventTaker
{
    public async Task Take(ChannelView channel, IReadOnlyList<InboundEvent> events, CancellationToken ct)
    {
        // One pull fetches everything: the newest hint is enough.
        if (events.OfType<PullHinted>().LastOrDefault() is not { } hinted)
            return;
        var payload = new PullJob.Payload(channel.Id, book.SealHint(channel.Ws, channel.Id, hinted.Hint));
        await storage.Run(channel.Ws, (unit, stop) => jobs.Add(unit, NewJob.Of(channel.Ws, PullJob.Name, payload) with { Lane = $"pull:{channel.Id:N}" }, stop), ct);
    }
}
