using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Receiving.Connections;

/// <summary>Connects one channel again and again until it is told to end: at once after a connection that was good, else after a longer and longer wait.</summary>
internal sealed class ConnectionMaker(KindRegistry kinds, SocketConnections sockets, LongPolls polls, ChannelHealth health, Ids ids, TimeProvider clock, ILogger<ConnectionMaker> log)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan GoodAfter = TimeSpan.FromSeconds(30);

    public async Task Run(ChannelView channel, CancellationToken ct)
    {
        await Task.Yield();
        for (var failures = 0; !ct.IsCancellationRequested;)
        {
            var began = clock.GetUtcNow();
            var failed = await Once(channel, ct);
            failures = failed is null || clock.GetUtcNow() - began > GoodAfter ? 0 : failures + 1;
            // One that breaks off and is made again at once is no news.
            if (failed is { } failure && (failure.Class != ErrorClass.Retry || failures > 1) && !ct.IsCancellationRequested)
                health.Failed(channel.Ws, channel.Id, failure, ids.Now());
            await Task.Delay(Wait(failures), clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Half of it is chance, so that many channels that fell together do not come back together.</summary>
    internal static TimeSpan Wait(int failures)
    {
        if (failures == 0)
            return TimeSpan.FromMilliseconds(100 + Random.Shared.Next(400));
        var most = Math.Min(LongestWait.TotalMilliseconds, 1000 * Math.Pow(2, failures - 1));
        return TimeSpan.FromMilliseconds((most / 2) + (Random.Shared.NextDouble() * most / 2));
    }

    /// <summary>Null: it ended as connections do.</summary>
    private async Task<Failure?> Once(ChannelView channel, CancellationToken ct)
    {
        try
        {
            return kinds.Find(channel.Kind)?.Adapter switch
            {
                ISocketChannel socket when socket.Connects(channel.Account!.Settings) => await sockets.Run(channel, socket, ct),
                IPullChannel pulled => await polls.Run(channel, pulled, ct),
                _ => null,
            };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Information, trouble, $"The connection of the channel {channel.Id} ({channel.Kind}) broke off");
            return new Failure(ErrorClass.Retry, "connection", new("与平台的连接中断，正在重连", "The connection to the platform broke off; it is being made again"));
        }
    }
}
