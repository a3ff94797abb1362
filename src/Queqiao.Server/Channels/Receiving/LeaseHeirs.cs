using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// Mailboxes, sockets and tokens in the making are held by lease, which ends by itself after half a minute or a whole one. When a server
/// is lost the others need not wait for that: its leases end as soon as they know, and they look at once for what is free. Not so tokens: a
/// server that only seems to be lost may be about to write one down, and a refresh token that is shown twice ends the consent with some
/// providers. A server that is alone on its store ends all leases when it starts.
/// </summary>
internal sealed class LeaseHeirs(IStorageEngine storage, Ids ids, ILogger<LeaseHeirs> log, Bus? bus = null, NodeRegistry? nodes = null) : Heirs(storage, "leases of channels", log, nodes)
{
    private readonly IStorageEngine _storage = storage;
    private TaskCompletionSource _freed = New();

    /// <summary>Completes when leases were ended; asked for anew each time.</summary>
    public Task Freed => Volatile.Read(ref _freed).Task;

    /// <summary>The name under which somebody on this server holds things: whose server it is can be told from it.</summary>
    public string NewHolder() => $"{NameOf(bus?.Node ?? Guid.Empty)}{ids.New():N}";

    /// <returns>How many leases ended.</returns>
    public Task<int> Free(Guid node, CancellationToken ct) => Free(NameOf(node), tokens: false, ct);

    private async Task<int> Free(string holder, bool tokens, CancellationToken ct)
    {
        var count = await _storage.RunSystem(async (unit, stop) =>
            await unit.Db.Table<MailBox>().Where(row => row.Holder != null && row.Holder.StartsWith(holder) && row.HeldUntil > 0).ExecuteUpdateAsync(set => set.SetProperty(row => row.HeldUntil, 0L), stop)
            + await unit.Db.Table<ChannelState>().Where(row => row.Holder != null && row.Holder.StartsWith(holder)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, (long?)null), stop)
            + (tokens ? await unit.Db.Table<ChannelToken>().Where(row => row.Holder != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, 0L), stop) : 0), ct);
        Interlocked.Exchange(ref _freed, New()).TrySetResult();
        return count;
    }

    protected override Task<int> TakeAll(CancellationToken ct) => Free("", tokens: true, ct);

    protected override Task<int> TakeFrom(Guid node, CancellationToken ct) => Free(node, ct);

    private static string NameOf(Guid node) => $"{node:N}/";

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
