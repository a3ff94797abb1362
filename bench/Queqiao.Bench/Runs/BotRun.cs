using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Runs;

/// <summary>Visitors ask a bot: how long from the moment a question is due until its answer is on the visitor's socket, through the whole server.</summary>
internal sealed class BotRun(Options options, BuiltServer built) : IRun
{
    private const int Faqs = 200;
    private const int MostHandshakes = 64;

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(3), ct);
        await using var store = await Store.Create(built, options, ct);
        var result = new JsonObject { ["bench"] = "bot", ["database"] = options.Database, ["visitors"] = options.Visitors, ["rate"] = options.Rate, ["seconds"] = options.Seconds, ["faqs"] = Faqs };
        await Loaded(store, result, ct);
        result["engineLimitPerSecond"] = await EngineLimit.Measure(store, options.Visitors, ct);
        result["idleStallMs"] = idleStall;
        result["limits"] = ServerProcess.Limits;
        result["cores"] = Environment.ProcessorCount;
        return result;
    }

    public double Rank(JsonObject result) => (double)result["turnMs"]!["p99"]!;

    private async Task Loaded(Store store, JsonObject result, CancellationToken ct)
    {
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var questions = await Teach(site, ct);
        var tokens = await site.Visitors(options.Visitors, ct);

        using var reactor = new Reactor(site.Address);
        var crowd = new Crowd(reactor, questions);
        await LoadThread.Run(server, () => crowd.Connect(tokens, ct));
        await LoadThread.Run(server, () => crowd.Ask(options.Rate, options.Warmup, new Histogram(), ct));
        var before = Consumption.Of(server, store);
        var turns = new Histogram();
        await LoadThread.Run(server, () => crowd.Ask(options.Rate, options.Seconds, turns, ct));
        Consumption.Of(server, store).AddTo(result, before);
        result["turns"] = turns.Count;
        result["turnMs"] = turns.ToJson();
        result["waitedForVisitor"] = crowd.Waited;
        result["unanswered"] = crowd.Outstanding;
        result["closedSockets"] = crowd.Gone;
    }

    /// <summary>Made-up questions and answers, and a bot that has learnt them before anybody asks.</summary>
    private static async Task<List<string>> Teach(Site site, CancellationToken ct)
    {
        var chance = new Random(7);
        var questions = new List<string>();
        for (var i = 0; i < Faqs; i++)
        {
            var topic = TextRun.Word(chance, 6);
            var question = $"{topic}怎么办理";
            questions.Add(question);
            await site.OwnerPost("/api/v1/knowledge/faqs", new { question, similar = new[] { $"请问{topic}怎么弄", $"{topic}在哪里办" }, answer = TextRun.Word(chance, 60) }, ct);
        }
        var bot = (await site.OwnerMake(HttpMethod.Post, "/api/v1/bots", new { name = "Bench", enabled = true, profile = new { patience = 5, guessQuestions = false } }, ct)).GetProperty("id").GetString();
        await site.OwnerMake(HttpMethod.Post, $"/api/v1/bots/{bot}/ask", new { text = questions[0] }, ct);
        await site.OwnerMake(HttpMethod.Put, $"/api/v1/bots/{bot}/channels/{site.Channel}", new { enabled = true }, ct);
        return questions;
    }

    /// <summary>Visitors, each with one question at a time and never the same one twice in a row.</summary>
    private sealed class Crowd(Reactor reactor, IReadOnlyList<string> questions)
    {
        private const int Patience = 10;
        private readonly List<Guest> _guests = [];
        private readonly Queue<Guest> _idle = new();
        private Histogram _turns = new();

        public int Ready { get; set; }

        public int Gone { get; set; }

        /// <summary>Questions that were due when every visitor waited for an answer.</summary>
        public long Waited { get; private set; }

        public int Outstanding { get; private set; }

        public IReadOnlyList<string> Questions => questions;

        public void Connect(IEnumerable<string> tokens, CancellationToken ct)
        {
            var coming = new Queue<string>(tokens);
            var wanted = coming.Count;
            reactor.Run(now =>
            {
                while (coming.Count > 0 && _guests.Count - Ready < MostHandshakes)
                {
                    var guest = new Guest(reactor, this, _guests.Count, Visitor.HelloOf(coming.Dequeue()));
                    guest.Open(new IPAddress([127, 0, 0, 1]));
                    _guests.Add(guest);
                }
                return Ready == wanted ? -1 : now + 10 * Clock.Millisecond;
            }, ct);
            foreach (var guest in _guests)
                _idle.Enqueue(guest);
        }

        public void Ask(int rate, int seconds, Histogram turns, CancellationToken ct)
        {
            _turns = turns;
            var (began, asked, total) = (Clock.Now, 0L, (long)rate * seconds);
            reactor.Run(now =>
            {
                while (asked < total && began + asked * Clock.Second / rate <= now)
                {
                    if (!_idle.TryDequeue(out var guest))
                    {
                        Waited++;
                        return now + Clock.Millisecond;
                    }
                    guest.Ask(began + asked++ * Clock.Second / rate); // from when it was due: who waits for a visitor waits too
                    Outstanding++;
                }
                return asked < total ? began + asked * Clock.Second / rate
                    : Outstanding == 0 || now > began + (seconds + Patience) * Clock.Second ? -1 : now + 10 * Clock.Millisecond;
            }, ct);
        }

        public void Answered(Guest guest, long due)
        {
            _turns.Record(Clock.Now - due);
            Outstanding--;
            _idle.Enqueue(guest);
        }
    }

    private sealed class Guest(Reactor reactor, Crowd crowd, int number, byte[] hello) : Connection(reactor)
    {
        private int _asked;
        private long _due = -1;

        protected override ReadOnlySpan<byte> Hello => hello;

        public void Ask(long due)
        {
            _due = due;
            var question = crowd.Questions[(number * 17 + _asked * 31) % crowd.Questions.Count];
            Send(Encoding.UTF8.GetBytes($$"""{"op":"send","clientId":"q{{(_asked++).ToString(CultureInfo.InvariantCulture)}}","text":"{{question}}"}"""));
        }

        protected override void OnReady(ReadOnlySpan<byte> frame) => crowd.Ready++;

        protected override void OnText(ReadOnlySpan<byte> frame)
        {
            if (_due < 0 || frame.IndexOf("\"kind\":\"message\""u8) < 0 || frame.IndexOf("\"kind\":\"bot\""u8) < 0)
                return;
            var due = _due;
            _due = -1;
            crowd.Answered(this, due);
        }

        protected override void OnClosed(string why)
        {
            if (!IsReady && crowd.Ready == 0)
                throw new InvalidOperationException($"The server closes sockets: {why}.");
            crowd.Gone++;
        }
    }
}
