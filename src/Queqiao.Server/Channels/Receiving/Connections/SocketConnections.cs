using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving.Connections;

/// <summary>
/// One connection to a platform's socket: frames in, frames out. What a frame tells is on disk before it is acknowledged; how far the
/// platform came is written down after that, so that a connection that breaks resumes and nothing is missed.
/// </summary>
internal sealed class SocketConnections(HookInbox inbox, IStorageEngine storage, AdapterServices services, GuardedHttp http, Ids ids, TimeProvider clock)
{
    private const string Purpose = "channel socket";
    private const int MostFrame = 4 << 20;

    /// <summary>After 1000 and 1001 Discord forgets the session; we mean to resume it.</summary>
    private const WebSocketCloseStatus AwayForNow = (WebSocketCloseStatus)4000;
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(20);

    /// <returns>Why it ended, when that is somebody's fault.</returns>
    public async Task<Failure?> Run(ChannelView channel, ISocketChannel adapter, CancellationToken ct)
    {
        var account = channel.Account!;
        var state = await Read(channel, ct);
        var opening = await adapter.Open(state, services.For(account), ct);
        if (opening.Url is not { } url)
            return opening.Failure;
        using var socket = await http.Connect(url, Connecting, ct);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var line = new Line(socket, clock);
        var beating = Task.CompletedTask;
        try
        {
            while (await line.Receive(closing.Token) is { } frame)
            {
                var step = adapter.OnFrame(frame, state, account.Settings, clock.GetUtcNow());
                if (step.Events.Count > 0)
                    await inbox.Put(channel, StoredHook.Write(FrameReading.Method, new Uri(url.GetLeftPart(UriPartial.Path)), [], null, Encoding.UTF8.GetBytes(frame)), step.Events, ids.Now(), CancellationToken.None);
                foreach (var answer in step.Send)
                    await line.Send(answer, closing.Token);
                if (step.Events.Count > 0 || step.State.Session != state.Session || step.Ends)
                    await Write(channel, step.State);
                var before = state;
                state = step.State;
                if (state.Beat is { } beat && before.Beat is null)
                    beating = Beat(adapter, () => state, line, beat, closing.Token);
                if (step.Ends)
                    return step.Failure;
            }
            return await Closed(channel, socket);
        }
        finally
        {
            await closing.CancelAsync();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await line.Close();
        }
    }

    private async Task Beat(ISocketChannel adapter, Func<SocketState> state, Line line, TimeSpan every, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(every, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            if (adapter.Heartbeat(state()) is { } beat)
                await line.Send(beat, ct);
        }
    }

    /// <summary>Codes of Discord, the only platform that says by them why (docs.discord.com, "Gateway close event codes").</summary>
    private async Task<Failure?> Closed(ChannelView channel, WebSocket socket)
    {
        var code = (int)(socket.CloseStatus ?? 0);
        if (code is 4007 or 4009)
            await Write(channel, new SocketState()); // it cannot be resumed: begin anew
        Failure Of(ErrorClass what, string zh, string en) => new(what, $"close:{code}", new(zh, en));
        return code switch
        {
            4004 => Of(ErrorClass.Reauthorise, "平台不接受机器人令牌", "The platform does not take the bot's token"),
            >= 4010 and <= 4014 => Of(ErrorClass.Config, "平台拒绝了连接：请检查机器人的权限（如消息内容权限）", "The platform refuses the connection: check what the bot may do (such as reading the content of messages)"),
            _ => null,
        };
    }

    private async Task<SocketState> Read(ChannelView channel, CancellationToken ct)
    {
        await using var db = storage.Read(channel.Ws);
        var box = await db.Table<ChannelState>().AsNoTracking().Where(state => state.Ws == channel.Ws && state.ChannelId == channel.Id).Select(state => state.Socket).SingleOrDefaultAsync(ct);
        return box is null ? new SocketState() : (JsonSerializer.Deserialize<SocketState>(storage.Vault.Open(channel.Ws, Purpose, box, channel.Id), TolerantJson.Options) ?? new SocketState()) with { Beat = null };
    }

    private Task<int> Write(ChannelView channel, SocketState now) => storage.Run(channel.Ws, (unit, stop) =>
    {
        var box = unit.Vault.Seal(channel.Ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(now, TolerantJson.Options), channel.Id);
        return unit.Db.Table<ChannelState>().Where(state => state.Ws == channel.Ws && state.ChannelId == channel.Id).ExecuteUpdateAsync(set => set.SetProperty(state => state.Socket, box), stop);
    }, CancellationToken.None);

    /// <summary>Whole text frames, and one sender at a time.</summary>
    private sealed class Line(WebSocket socket, TimeProvider clock) : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1, 1);
        private readonly byte[] _buffer = new byte[16 * 1024];

        /// <summary>Null: the other side closed.</summary>
        public async Task<string?> Receive(CancellationToken ct)
        {
            using var whole = new MemoryStream();
            while (true)
            {
                var read = await socket.ReceiveAsync(_buffer.AsMemory(), ct);
                if (read.MessageType == WebSocketMessageType.Close)
                    return null;
                whole.Write(_buffer, 0, read.Count);
                if (whole.Length > MostFrame)
                    throw new InvalidDataException("A platform sent a frame that is too long.");
                if (read.EndOfMessage)
                    return Encoding.UTF8.GetString(whole.GetBuffer(), 0, (int)whole.Length);
            }
        }

        public async Task Send(string frame, CancellationToken ct)
        {
            await _turn.WaitAsync(ct);
            try
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, ct);
            }
            finally
            {
                _turn.Release();
            }
        }

        public async Task Close()
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2), clock);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(AwayForNow, null, soon.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public void Dispose() => _turn.Dispose();
    }
}
