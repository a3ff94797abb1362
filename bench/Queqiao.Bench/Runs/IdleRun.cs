using System.Net;
using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Runs;

/// <summary>What a visitor costs who has the page open and says nothing: hello and heartbeats only.</summary>
internal sealed class IdleRun(Options options, BuiltServer built) : IRun
{
    private const int First = 2000;
    private const int PerAddress = 20_000;
    private const int MostHandshakes = 64;

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        OpenFiles.Allow(options.Connections + First);
        await using var store = await Store.Create(built, options, ct);
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var tokens = await site.Visitors(options.Connections + First, ct);

        using var reactor = new Reactor(site.Address);
        var crowd = new Crowd(reactor);
        await LoadThread.Run(server, () => crowd.Connect(tokens.Take(First), ct)); // what the first sockets load and compile is not theirs
        var before = await Settled(server, ct);
        var began = Clock.Now;
        await LoadThread.Run(server, () => crowd.Connect(tokens.Skip(First), ct));
        var connecting = Clock.Now - began;
        await LoadThread.Run(server, () => crowd.Stay(Clock.Of(TimeSpan.FromSeconds(options.Seconds)), ct));
        var unforced = Proc.PrivateBytes(server.Id);
        var cpu = Proc.CpuSeconds(server.Id);
        await LoadThread.Run(server, () => crowd.Stay(10 * Clock.Second, ct));
        var idleCpu = Proc.CpuSeconds(server.Id) - cpu;
        var after = await Settled(server, ct);
        return new JsonObject
        {
            ["bench"] = "idle",
            ["database"] = options.Database,
            ["connections"] = options.Connections,
            ["bytesPerVisitor"] = (after - before) / options.Connections,
            ["bytesPerVisitorBeforeCollection"] = (unforced - before) / options.Connections,
            ["rssMb"] = Math.Round(Proc.Status(server.Id, "VmRSS") / 1e6, 1),
            ["privateMbBefore"] = Math.Round(before / 1e6, 1),
            ["privateMbAfter"] = Math.Round(after / 1e6, 1),
            ["connectedPerSecond"] = Math.Round(options.Connections / (connecting / (double)Clock.Second)),
            ["idleCpuPercent"] = Math.Round(idleCpu * 10, 1),
            ["closedSockets"] = crowd.Gone,
            ["limits"] = ServerProcess.Limits,
            ["cores"] = Environment.ProcessorCount,
        };
    }

    public double Rank(JsonObject result) => (double)result["bytesPerVisitor"]!;

    /// <summary>Private bytes after a collection, when free pages had time to go back.</summary>
    private static async Task<long> Settled(ServerProcess server, CancellationToken ct)
    {
        await Collection.Induce(server.Id, ct);
        await Collection.Induce(server.Id, ct);
        await Task.Delay(TimeSpan.FromSeconds(3), ct);
        return Proc.PrivateBytes(server.Id);
    }

    /// <summary>Sockets that are there.</summary>
    private sealed class Crowd(Reactor reactor)
    {
        private readonly List<Guest> _guests = [];

        public int Ready { get; set; }

        public int Gone { get; set; }

        public void Connect(IEnumerable<string> tokens, CancellationToken ct)
        {
            var coming = new Queue<string>(tokens);
            var wanted = _guests.Count + coming.Count;
            reactor.Run(now =>
            {
                while (coming.Count > 0 && _guests.Count - Ready < MostHandshakes)
                {
                    var guest = new Guest(reactor, this, Visitor.HelloOf(coming.Dequeue()));
                    guest.Open(new IPAddress([127, 0, 0, (byte)(1 + _guests.Count / PerAddress)]));
                    _guests.Add(guest);
                }
                return Ready == wanted ? -1 : now + 10 * Clock.Millisecond;
            }, ct);
        }

        public void Stay(long length, CancellationToken ct)
        {
            var until = Clock.Now + length;
            reactor.Run(now => now < until ? until : -1, ct);
        }
    }

    private sealed class Guest(Reactor reactor, Crowd crowd, byte[] hello) : Connection(reactor)
    {
        protected override ReadOnlySpan<byte> Hello => hello;

        protected override void OnReady(ReadOnlySpan<byte> frame) => crowd.Ready++;

        protected override void OnText(ReadOnlySpan<byte> frame)
        {
            // pongs
        }

        protected override void OnClosed(string why)
        {
            if (!IsReady && crowd.Ready == 0)
                throw new InvalidOperationException($"The server closes sockets: {why}.");
            crowd.Gone++;
        }
    }
}
