using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Queqiao.Mail.Proving;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Questions to name servers over a real network: long answers, foreign answers, names that are not there, servers that are silent.</summary>
public sealed class MailDnsTests
{
    /// <summary>A name server for names whose first label says how it answers.</summary>
    private sealed class NameServer : IDisposable
    {
        private readonly UdpClient _udp;
        private readonly TcpListener _tcp;
        private readonly CancellationTokenSource _end = new();

        public NameServer(bool isSilent = false)
        {
            // One port for both ways: another one when somebody has it for UDP.
            for (var tries = 1; ; tries++)
            {
                var tcp = new TcpListener(IPAddress.Loopback, 0);
                tcp.Start();
                try
                {
                    _udp = new UdpClient((IPEndPoint)tcp.LocalEndpoint);
                    _tcp = tcp;
                    break;
                }
                catch (SocketException) when (tries < 20)
                {
                    tcp.Dispose();
                }
            }
            _ = OverUdp(isSilent);
            _ = OverTcp();
        }

        public IPEndPoint At => (IPEndPoint)_tcp.LocalEndpoint;

        public ConcurrentQueue<string> Asked { get; } = new();

        private async Task OverUdp(bool isSilent)
        {
            while (!_end.IsCancellationRequested)
            {
                var asked = await _udp.ReceiveAsync(_end.Token);
                var name = NameIn(asked.Buffer);
                Asked.Enqueue("udp " + name);
                if (isSilent)
                    continue;
                if (name.StartsWith("forged", StringComparison.Ordinal))
                {
                    var foreign = Answer(asked.Buffer, 0, ["v=forged"]);
                    foreign[0] ^= 0xff; // another number than the one that was asked with
                    await _udp.SendAsync(foreign, asked.RemoteEndPoint, _end.Token);
                    await _udp.SendAsync(new byte[] { 1, 2, 3 }, asked.RemoteEndPoint, _end.Token);
                }
                await _udp.SendAsync(name.Split('.')[0] switch
                {
                    "long" => Cut(Answer(asked.Buffer, 0, [])),
                    "absent" => Answer(asked.Buffer, 3, []),
                    "broken" => Answer(asked.Buffer, 2, []),
                    _ => Answer(asked.Buffer, 0, ["v=spf1 -all"]),
                }, asked.RemoteEndPoint, _end.Token);
            }
        }

        private async Task OverTcp()
        {
            while (!_end.IsCancellationRequested)
            {
                using var line = await _tcp.AcceptTcpClientAsync(_end.Token);
                var stream = line.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _end.Token);
                var question = new byte[length[0] << 8 | length[1]];
                await stream.ReadExactlyAsync(question, _end.Token);
                Asked.Enqueue("tcp " + NameIn(question));
                var answer = Answer(question, 0, [.. Enumerable.Range(0, 30).Select(n => $"{n} {new string('x', 200)}")]);
                await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer], _end.Token);
            }
        }

        private static string NameIn(byte[] question)
        {
            var labels = new List<string>();
            for (var at = 12; question[at] != 0; at += question[at] + 1)
                labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
            return string.Join('.', labels);
        }

        private static byte[] Cut(byte[] answer)
        {
            answer[2] |= 2;
            return answer;
        }

        private static byte[] Answer(byte[] question, int code, string[] texts)
        {
            var end = question.Length - 11; // without EDNS
            byte[] answer = [.. question[..2], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)texts.Length, 0, 0, 0, 0, .. question[12..end]];
            foreach (var text in texts)
                answer = [.. answer, 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, (byte)((text.Length + 1) >> 8), (byte)(text.Length + 1), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
            return answer;
        }

        public void Dispose()
        {
            _end.Cancel();
            _udp.Dispose();
            _tcp.Dispose();
            _end.Dispose();
        }
    }

    private sealed class Clock : TimeProvider
    {
        private readonly ConcurrentQueue<Timer> _timers = new();

        /// <summary>Whoever waits has waited long enough.</summary>
        public void Pass()
        {
            foreach (var timer in _timers)
                timer.Fire();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(callback, state);
            _timers.Enqueue(timer);
            return timer;
        }

        private sealed class Timer(TimerCallback callback, object? state) : ITimer
        {
            private bool isOver;

            public void Fire()
            {
                if (!isOver)
                    callback(state);
                isOver = true;
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => isOver = true;

            public ValueTask DisposeAsync()
            {
                isOver = true;
                return ValueTask.CompletedTask;
            }
        }
    }

    [Fact]
    public async Task What_does_not_fit_comes_by_the_other_way_and_foreign_answers_are_waited_past()
    {
        using var server = new NameServer();
        var dns = new MailDns(new Clock()) { Asks = [server.At] };
        Assert.Equal(["v=spf1 -all"], (await dns.Texts("plain.test", default)).Values);
        Assert.Equal(["v=spf1 -all"], (await dns.Texts("forged.test", default)).Values);
        var all = await dns.Texts("long.test", default);
        Assert.Equal((DnsFound.Yes, 30), (all.Found, all.Values.Count));
        Assert.Equal(["udp plain.test", "udp forged.test", "udp long.test", "tcp long.test"], server.Asked);
        Assert.Equal(DnsFound.No, (await dns.Texts("absent.test", default)).Found);
    }

    [Fact]
    public async Task A_server_that_is_silent_or_broken_is_passed_over()
    {
        using var silent = new NameServer(isSilent: true);
        using var server = new NameServer();
        var clock = new Clock();
        var asking = new MailDns(clock) { Asks = [silent.At, server.At] }.Texts("plain.test", default);
        await Until.True(() => !silent.Asked.IsEmpty, "the silent one was asked");
        Assert.Empty(server.Asked);
        clock.Pass();
        Assert.Equal(["v=spf1 -all"], (await asking).Values);

        var broken = await new MailDns(clock) { Asks = [server.At, server.At] }.Texts("broken.test", default);
        Assert.Equal(DnsFound.Trouble, broken.Found);
        Assert.Equal(2, server.Asked.Count(one => one == "udp broken.test"));
        var gone = new NameServer();
        var nobody = gone.At;
        gone.Dispose();
        Assert.Equal(["v=spf1 -all"], (await new MailDns(clock) { Asks = [nobody, server.At] }.Texts("plain.test", default)).Values); // refused at once
    }
}
