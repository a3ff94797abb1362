using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>What is noticed of channels, gathered and written every second: last in, last out, refusals, errors.</summary>
internal sealed class ChannelHealth(IStorageEngine storage, ILogger<ChannelHealth> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(int Ws, Guid Channel), Seen> _seen = new();

    private sealed class Seen
    {
        public long In, Out, RefusedAt, ErrorAt;
        public int Refused;
        public string? Refusal, Error;
    }

    /// <summary>The last failure of a request to a provider.</summary>
    internal sealed record ErrorNote(string Class, string Code, string Zh, string En);

    public void CameIn(ChannelView channel, long now) => Note(channel.Ws, channel.Id, seen => seen.In = Math.Max(seen.In, now));

    public void WentOut(int ws, Guid channel, long now) => Note(ws, channel, seen => seen.Out = Math.Max(seen.Out, now));

    /// <summary>Logged without anything of the delivery: it may hold secrets, and comes from anybody.</summary>
    public void Refused(ChannelView channel, Queqiao.Channels.Refusal why, long now)
    {
        log.LogInformation("A delivery to the channel {Channel} ({Kind}) was refused: {Why}", channel.Id, channel.Kind, why);
        Note(channel.Ws, channel.Id, seen => (seen.RefusedAt, seen.Refusal, seen.Refused) = (now, NameOf(why), seen.Refused + 1));
    }

    public void Failed(int ws, Guid channel, Failure failure, long now) => Note(ws, channel, seen =>
        (seen.ErrorAt, seen.Error) = (now, System.Text.Json.JsonSerializer.Serialize(new ErrorNote(NameOf(failure.Class), failure.Code, failure.Reason.Zh, failure.Reason.En), TolerantJson.Options)));

    /// <summary>Writes what was noticed since the last time.</summary>
    public async Task Write(CancellationToken ct)
    {
        foreach (var workspace in _seen.Keys.ToList().GroupBy(key => key.Ws))
        {
            var noticed = workspace.Select(key => (key.Channel, Seen: _seen.TryRemove(key, out var seen) ? seen : null)).Where(one => one.Seen is not null).ToList();
            await storage.Run(workspace.Key, async (unit, stop) =>
            {
                foreach (var (channel, seen) in noticed.OrderBy(one => one.Channel))
                    await Write(unit, workspace.Key, channel, seen!, stop);
                return 0;
            }, ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await Write(stoppingToken);
                }
                catch (Exception trouble) when (trouble is not OperationCanceledException)
                {
                    log.Fault(LogLevel.Warning, trouble, "The state of channels could not be written");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private static Task<int> Write(WriteUnit unit, int ws, Guid channel, Seen seen, CancellationToken ct) =>
        unit.Db.Table<ChannelState>().Where(state => state.Ws == ws && state.ChannelId == channel).ExecuteUpdateAsync(set => set
            .SetProperty(state => state.LastInAt, state => seen.In > 0 ? seen.In : state.LastInAt)
            .SetProperty(state => state.LastOutAt, state => seen.Out > 0 ? seen.Out : state.LastOutAt)
            .SetProperty(state => state.LastRefusedAt, state => seen.RefusedAt > 0 ? seen.RefusedAt : state.LastRefusedAt)
            .SetProperty(state => state.Refusal, state => seen.RefusedAt > 0 ? seen.Refusal : state.Refusal)
            .SetProperty(state => state.RefusedCount, state => state.RefusedCount + seen.Refused)
            .SetProperty(state => state.LastErrorAt, state => seen.ErrorAt > 0 ? seen.ErrorAt : state.LastErrorAt)
            .SetProperty(state => state.Error, state => seen.ErrorAt > 0 ? seen.Error : state.Error), ct);

    private void Note(int ws, Guid channel, Action<Seen> note)
    {
        var seen = _seen.GetOrAdd((ws, channel), _ => new Seen());
        lock (seen)
            note(seen);
    }

    public static string NameOf<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
