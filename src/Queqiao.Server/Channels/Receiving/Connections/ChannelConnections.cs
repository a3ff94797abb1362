using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving.Connections;

/// <summary>
/// Keeps the connections of channels whose platform does not call an address of ours (sockets, long polls). One node holds each: by a
/// lease on the channel's row that ends by itself when its node dies. What arrives twice while a lease changes hands is stored once.
/// </summary>
internal sealed class ChannelConnections(IStorageEngine storage, KindRegistry kinds, IChannels channels, ConnectionMaker maker, LeaseHeirs heirs, Ids ids, ILogger<ChannelConnections> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    private readonly string _me = heirs.NewHolder();
    private readonly Dictionary<Guid, Held> _held = [];

    private sealed record Held(ChannelView Channel, string Mark, long Until, CancellationTokenSource End, Task Running);

    /// <summary>One look at what has to be connected. Called by one thread at a time.</summary>
    public async Task Look(CancellationToken ct)
    {
        var wanted = await Wanted(ct);
        foreach (var gone in _held.Keys.Except(wanted.Select(one => one.Channel.Id)).ToList())
            await Let(gone);
        foreach (var (channel, mark) in wanted)
        {
            if (_held.TryGetValue(channel.Id, out var held) && held.Mark != mark)
                await Let(channel.Id); // other settings: another connection
            await Keep(channel, mark, ct);
        }
    }

    /// <summary>Ends every connection and lets the leases go, so that another node takes them at once.</summary>
    public async Task LetAll()
    {
        foreach (var channel in _held.Keys.ToList())
            await Let(channel);
    }

    /// <summary>Which channels this node holds.</summary>
    public IReadOnlyCollection<Guid> Holding => [.. _held.Keys];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        try
        {
            do
            {
                var freed = heirs.Freed;
                try
                {
                    await Look(stoppingToken);
                }
                catch (Exception trouble) when (trouble is not OperationCanceledException)
                {
                    log.Fault(LogLevel.Warning, trouble, "Connections to platforms could not be looked after");
                }
                if (await Task.WhenAny(tick, freed) == tick && await tick)
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            }
            while (!stoppingToken.IsCancellationRequested);
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
        await LetAll();
    }

    private async Task<List<(ChannelView Channel, string Mark)>> Wanted(CancellationToken ct)
    {
        var names = kinds.All.Where(kind => kind.Adapter is ISocketChannel or IPullChannel).Select(kind => kind.Descriptor.Kind).ToArray();
        await using var db = storage.ReadSystem();
        var found = await db.Table<Channel>().AsNoTracking().Where(channel => channel.Enabled && channel.DeletedAt == null && names.Contains(channel.Kind)).Select(channel => channel.Id).ToListAsync(ct);
        var wanted = new List<(ChannelView Channel, string Mark)>();
        foreach (var id in found)
        {
            if (await channels.Find(id, ct) is { Enabled: true, Account: { } account } channel && Connects(kinds.Find(channel.Kind)?.Adapter, account.Settings))
                wanted.Add((channel, MarkOf(kinds.Find(channel.Kind)!.Descriptor, account)));
        }
        return wanted;
    }

    /// <summary>Changes with every setting.</summary>
    private static string MarkOf(ChannelDescriptor kind, ChannelAccount account) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', kind.Settings.Select(field => account.Settings[field.Key])))));

    internal static bool Connects(IChannelAdapter? adapter, ChannelSettings settings) =>
        (adapter is ISocketChannel socket && socket.Connects(settings)) || (adapter is IPullChannel pulled && pulled.Polls(settings));

    private async Task Keep(ChannelView channel, string mark, CancellationToken ct)
    {
        var now = ids.Now();
        var until = now + (long)Hold.TotalMilliseconds;
        if (_held.TryGetValue(channel.Id, out var held) && !held.Running.IsCompleted && held.Until - now > Hold.TotalMilliseconds / 2)
            return;
        var mine = await storage.Run(channel.Ws, (unit, stop) => unit.Db.Table<ChannelState>().Where(state => state.Ws == channel.Ws && state.ChannelId == channel.Id && (state.Holder == null || state.Holder == _me || state.HeldUntil <= now))
            .ExecuteUpdateAsync(set => set.SetProperty(state => state.Holder, _me).SetProperty(state => state.HeldUntil, until), stop), ct) == 1;
        if (!mine)
        {
            await Let(channel.Id);
            return;
        }
        if (held is { Running.IsCompleted: false })
        {
            _held[channel.Id] = held with { Until = until };
            return;
        }
        var end = new CancellationTokenSource();
        _held[channel.Id] = new Held(channel, mark, until, end, maker.Run(channel, end.Token));
    }

    private async Task Let(Guid id)
    {
        if (!_held.Remove(id, out var held))
            return;
        await held.End.CancelAsync();
        await held.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        held.End.Dispose();
        await storage.Run(held.Channel.Ws, (unit, stop) => unit.Db.Table<ChannelState>().Where(state => state.Ws == held.Channel.Ws && state.ChannelId == id && state.Holder == _me)
            .ExecuteUpdateAsync(set => set.SetProperty(state => state.Holder, (string?)null).SetProperty(state => state.HeldUntil, (long?)null), stop), CancellationToken.None);
    }
}
