using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Mail.Imap;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>
/// Mailboxes, each read by one node at a time (a lease), all of them in parallel. A mail and how far the mailbox was read are one
/// transaction: nothing is fetched twice or lost when a node dies.
/// </summary>
internal sealed class MailFetcher(
    IMailDialer dialer, MailSignIn signIn, MailArrivals arrivals, IChannels channels, ChannelHealth health, IStorageEngine storage, LeaseHeirs heirs, Ids ids, TimeProvider clock, ILogger<MailFetcher> log) : BackgroundService
{
    private const long MostSize = 40L << 20;
    private const int AtOnce = 200;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>Servers drop who says nothing for half an hour; and leases have to be renewed meanwhile.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan MostPause = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<Guid, Task> _mailboxes = new();

    private readonly string _me = heirs.NewHolder();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var freed = heirs.Freed;
            try
            {
                foreach (var (id, task) in _mailboxes)
                {
                    if (task.IsCompleted)
                        _mailboxes.TryRemove(id, out _);
                }
                foreach (var channel in await Mailboxes(stoppingToken))
                    _ = _mailboxes.GetOrAdd(channel, id => Task.Run(() => Stay(id, stoppingToken), stoppingToken));
                await arrivals.RunDue(stoppingToken);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                log.Fault(LogLevel.Warning, trouble, "Mailboxes could not be looked for");
            }
            await Task.WhenAny(Task.Delay(LookEvery, clock, stoppingToken), freed);
        }
        await Task.WhenAll(_mailboxes.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await storage.RunSystem((unit, stop) => unit.Db.Table<MailBox>().Where(row => row.Holder == _me).ExecuteUpdateAsync(set => set.SetProperty(row => row.HeldUntil, 0L), stop), CancellationToken.None);
    }

    private async Task<List<Guid>> Mailboxes(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await db.Table<Channel>().AsNoTracking().Where(channel => channel.Kind == EmailKind.Name && channel.Enabled && channel.DeletedAt == null).Select(channel => channel.Id).ToListAsync(ct);
    }

    /// <summary>Reads one mailbox as long as it is ours, with pauses that grow while it does not work.</summary>
    private async Task Stay(Guid id, CancellationToken ct)
    {
        var pause = LookEvery;
        while (!ct.IsCancellationRequested && await Mailbox(id, ct) is { } channel && await Hold(channel, ct))
        {
            try
            {
                if (await Visit(channel, stays: true, ct) is null)
                    pause = LookEvery;
                else
                    pause = pause * 2 < MostPause ? pause * 2 : MostPause;
            }
            finally
            {
                await Release(channel);
            }
            await Task.Delay(pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ChannelView?> Mailbox(Guid id, CancellationToken ct) =>
        await channels.Find(id, ct) is { Enabled: true, Account: { } account } channel && new EmailSettings(account.Settings).Imap is not null ? channel : null;

    /// <summary>Fetches what is new once. For tests, and for whoever asks for it.</summary>
    /// <returns>What went wrong.</returns>
    public async Task<MailException?> Fetch(Guid id, CancellationToken ct)
    {
        if (await Mailbox(id, ct) is not { } channel || !await Hold(channel, ct))
            return null;
        try
        {
            return await Visit(channel, stays: false, ct);
        }
        finally
        {
            if (_mailboxes.GetValueOrDefault(id) is null or { IsCompleted: true }) // else who stays with it goes on
                await Release(channel);
        }
    }

    private async Task<MailException?> Visit(ChannelView channel, bool stays, CancellationToken ct)
    {
        var settings = new EmailSettings(channel.Account!.Settings);
        try
        {
            await using var imap = await ImapClient.Connect(settings.Imap!, dialer, ct);
            await imap.SignIn(await signIn.Imap(channel.Account, ct), ct);
            var box = await imap.Open(settings.Folder, write: false, ct);
            var last = await Begin(channel, settings, imap, box, ct);
            do
            {
                last = await FetchNew(channel, imap, box, last, ct);
                await Well(channel, ct);
            }
            while (stays && await Waited(channel, imap, ct));
            await imap.SignOut(ct);
            return null;
        }
        catch (MailException trouble)
        {
            await Trouble(channel, trouble, ct);
            return trouble;
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.Fault(LogLevel.Warning, trouble, $"The mailbox of the channel {channel.Id} could not be read");
            return new MailException(MailTrouble.Lost);
        }
    }

    /// <summary>Waits for news; false: the settings changed, or the mailbox is no longer ours.</summary>
    private async Task<bool> Waited(ChannelView channel, ImapClient imap, CancellationToken ct)
    {
        await imap.WaitForNews(Idle, ct);
        return await Mailbox(channel.Id, ct) is { } now && now.Account!.Version == channel.Account!.Version && await Hold(channel, ct);
    }

    /// <summary>Where to go on. A new mailbox, or one whose UIDs are new ones, is taken up by the day; what is known already is noticed by its id.</summary>
    private async Task<uint> Begin(ChannelView channel, EmailSettings settings, ImapClient imap, ImapMailbox box, CancellationToken ct)
    {
        var known = await Box(channel, ct);
        if (known?.UidValidity == box.UidValidity)
            return (uint)known.LastUid;
        var all = await imap.After(0, ct);
        var from = all.Count > 0 ? all[^1] : 0;
        if (known is { UidValidity: > 0, CheckedAt: { } seen })
            from = await Before(imap, all, DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(seen).UtcDateTime.AddDays(-1)), ct);
        else if (settings.SinceDays > 0)
            from = await Before(imap, all, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime.AddDays(-settings.SinceDays)), ct);
        await Set(channel, (unit, stop) => unit.Db.Table<MailBox>().Where(row => row.Ws == channel.Ws && row.ChannelId == channel.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UidValidity, (long)box.UidValidity).SetProperty(row => row.LastUid, (long)from), stop), ct);
        return from;
    }

    /// <summary>The UID before the first that arrived on or after a day.</summary>
    private static async Task<uint> Before(ImapClient imap, IReadOnlyList<uint> all, DateOnly day, CancellationToken ct) =>
        await imap.Since(day, ct) is [var first, ..] ? first - 1 : all.Count > 0 ? all[^1] : 0;

    private async Task<uint> FetchNew(ChannelView channel, ImapClient imap, ImapMailbox box, uint last, CancellationToken ct)
    {
        foreach (var some in (await imap.After(last, ct)).Chunk(AtOnce))
        {
            foreach (var summary in (await imap.Summaries(some, ct)).OrderBy(one => one.Uid))
            {
                using var mail = new MemoryStream();
                var isThere = summary.Size <= MostSize && await imap.Fetch(summary.Uid, mail, MostSize, ct);
                if (summary.Size > MostSize)
                    log.LogWarning("A mail of {Size} bytes in the channel {Channel} is too large and stays in the mailbox", summary.Size, channel.Id);
                var arrival = await Store(channel, box, summary.Uid, isThere ? mail : null, ct);
                last = summary.Uid;
                if (arrival is { } id)
                    await arrivals.Digest(channel.Ws, id, ct);
            }
        }
        return last;
    }

    private Task<Guid?> Store(ChannelView channel, ImapMailbox box, uint uid, MemoryStream? mail, CancellationToken ct) => Set(channel, async (unit, stop) =>
    {
        var moved = await unit.Db.Table<MailBox>().Where(row => row.Ws == channel.Ws && row.ChannelId == channel.Id && row.UidValidity == box.UidValidity && row.LastUid < uid)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUid, (long)uid), stop);
        if (moved == 0 || mail is null)
            return (Guid?)null; // another node had it
        var id = arrivals.Put(unit, channel.Id, mail.GetBuffer().AsSpan(0, (int)mail.Length));
        await unit.Db.SaveChangesAsync(stop);
        return id;
    }, ct);

    private async Task<MailBox?> Box(ChannelView channel, CancellationToken ct)
    {
        await using var db = storage.Read(channel.Ws);
        return await db.Table<MailBox>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == channel.Ws && row.ChannelId == channel.Id, ct);
    }

    /// <summary>Takes or renews the lease.</summary>
    private Task<bool> Hold(ChannelView channel, CancellationToken ct) => Set(channel, async (unit, stop) =>
    {
        var (now, me) = (unit.Ids.Now(), _me);
        var until = now + (long)Lease.TotalMilliseconds;
        var mine = unit.Db.Table<MailBox>().Where(row => row.Ws == channel.Ws && row.ChannelId == channel.Id);
        if (await mine.Where(row => row.Holder == me || row.HeldUntil < now).ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, me).SetProperty(row => row.HeldUntil, until), stop) > 0)
            return true;
        if (await mine.AnyAsync(stop))
            return false;
        unit.Db.Add(new MailBox { Ws = channel.Ws, ChannelId = channel.Id, Holder = me, HeldUntil = until });
        await unit.Db.SaveChangesAsync(stop);
        return true;
    }, ct);

    /// <summary>Also when we are told to stop: others should not wait for the lease to end.</summary>
    private Task<int> Release(ChannelView channel)
    {
        var me = _me;
        return Set(channel, (unit, stop) => unit.Db.Table<MailBox>().Where(row => row.Ws == channel.Ws && row.ChannelId == channel.Id && row.Holder == me)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.HeldUntil, 0L), stop), CancellationToken.None);
    }

    private Task<int> Well(ChannelView channel, CancellationToken ct) => Set(channel, (unit, stop) => unit.Db.Table<MailBox>().Where(row => row.Ws == channel.Ws && row.ChannelId == channel.Id)
        .ExecuteUpdateAsync(set => set.SetProperty(row => row.CheckedAt, ids.Now()).SetProperty(row => row.Trouble, (string?)null), stop), ct);

    private Task<int> Trouble(ChannelView channel, MailException trouble, CancellationToken ct)
    {
        var failure = MailTroubles.Of("imap", trouble);
        health.Failed(channel.Ws, channel.Id, failure, ids.Now());
        return Set(channel, (unit, stop) => unit.Db.Table<MailBox>().Where(row => row.Ws == channel.Ws && row.ChannelId == channel.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Trouble, failure.Code).SetProperty(row => row.TroubleAt, ids.Now()), stop), ct);
    }

    private Task<T> Set<T>(ChannelView channel, Func<WriteUnit, CancellationToken, Task<T>> write, CancellationToken ct) => storage.Run(channel.Ws, write, ct);
}
