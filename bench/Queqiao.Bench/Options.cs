using System.Globalization;

namespace Queqiao.Bench;

/// <summary>What the command line asks for. Every number has bounds: a benchmark ends, and never floods.</summary>
internal sealed record Options
{
    public const string Usage = """
        bench chat  [--database sqlite|postgres] [--visitors 500] [--agents 10] [--rate 2000] [--seconds 20]
                    [--warmup 5] [--window 1] [--lists]        --rate 0: as fast as answers come, --window in flight per visitor
        bench idle  [--connections 10000] [--seconds 20]       bytes per visitor who is connected and says nothing
        bench start                                            seconds from process start to ready, on an existing store
        bench jobs  [--jobs 20000] [--processes 1]             jobs that do nothing a second, and what the database alone can do
        bench slow  [--visitors 200] [--rate 500] [--stuck 1%] others' latency beside sockets that stopped reading
        bench step  [--visitors 500] [--seconds 60] [--times 10]  ten times as much as usual for a minute: what is served, how fast, what is turned away
                    [--admission on|off]                       and how soon all is well again; usual is 0.3 of what it can do
        bench hooks [--rate 2000] [--connections 64] [--visitors 500]   signed webhooks: acknowledged at 500/s, at --rate and as fast as it goes; the server is
                    killed then: what was acknowledged must be there, once
        bench bot   [--visitors 500] [--rate 200] [--seconds 20]  questions to a bot: from when one is due until its answer is there
        bench text                                             understanding: training, classifying, answering from 10,000 FAQs
        bench knowledge                                        searching 100,000 passages of a knowledge base
        bench cluster [--nodes 3] [--visitors 500] [--seconds 10] [--broker amqp://…]   the same chat on one, two … servers of one PostgreSQL: what
                    they take together, what a message costs; without a broker, words between them go through the database
        bench seal                                             nanoseconds to seal and open a message
        bench files [--size 256]                               MB/s up and down for one file of so many MiB, beside a plain copy to the same disk
        bench search [--messages 100000] [--texts FILE]        what finding costs; FILE: one text a line instead of made-up ones
        all:        [--database sqlite|postgres] [--server DIR] [--folder DIR] [--repeat 1]
                    --server: folder of a built server (default: builds this tree's in Release); --folder: where the store goes
        """;

    /// <summary>The gateway's own limit for one console.</summary>
    private const int MostWatched = 200;

    public required string Bench { get; init; }
    public string Database { get; init; } = "sqlite";
    public int Visitors { get; init; } = 500;
    public int Agents { get; init; } = 10;
    public int Rate { get; init; } = 2000;
    public int Seconds { get; init; } = 20;
    public int Warmup { get; init; } = 5;
    public int Window { get; init; } = 1;
    public bool Lists { get; init; }
    public int Jobs { get; init; } = 20_000;
    public int Processes { get; init; } = 1;
    public int Nodes { get; init; } = 3;
    public string? Broker { get; init; }
    public int Connections { get; init; } = 10_000;
    public int Size { get; init; } = 256;
    public double StuckPercent { get; init; } = 1;
    public int Messages { get; init; } = 100_000;
    public int Times { get; init; } = 10;
    public bool Admission { get; init; } = true;
    public string? Texts { get; init; }
    public string? Server { get; init; }
    public string Folder { get; init; } = Path.GetTempPath();
    public int Repeat { get; init; } = 1;

    public bool UsesPostgres => Database == "postgres";

    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static Options Parse(string[] args)
    {
        if (args.Length == 0 || args[0] is not ("chat" or "idle" or "start" or "jobs" or "slow" or "files" or "search" or "seal" or "step" or "cluster" or "bot" or "text" or "knowledge" or "hooks"))
            throw new FormatException("Name a benchmark.");
        var options = new Options { Bench = args[0] };
        options = args[0] switch
        {
            "slow" => options with { Visitors = 200, Rate = 500, Seconds = 15 },
            "step" => options with { Seconds = 60 },
            "cluster" => options with { Database = "postgres", Rate = 0, Seconds = 10, Warmup = 3, Admission = false },
            "bot" => options with { Rate = 200 },
            "start" => options with { Repeat = 5 },
            "hooks" => options with { Connections = 64, Seconds = 15 },
            "files" => options with { Repeat = 3 },
            _ => options,
        };
        for (var i = 1; i < args.Length; i++)
        {
            var name = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new FormatException($"{name} needs a value.");
            int Number(int least, int most) => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number : throw new FormatException($"{name} is a number from {least} to {most}.");
            options = name switch
            {
                "--database" => options with { Database = Value() is "sqlite" or "postgres" ? args[i] : throw new FormatException("--database is sqlite or postgres.") },
                "--visitors" => options with { Visitors = Number(1, 20_000) },
                "--agents" => options with { Agents = Number(1, 1_000) },
                "--rate" => options with { Rate = Number(0, 100_000) },
                "--seconds" => options with { Seconds = Number(1, 600) },
                "--warmup" => options with { Warmup = Number(1, 120) },
                "--window" => options with { Window = Number(1, 100) },
                "--lists" => options with { Lists = true },
                "--jobs" => options with { Jobs = Number(1_000, 1_000_000) },
                "--processes" => options with { Processes = Number(1, 4) },
                "--nodes" => options with { Nodes = Number(1, 6) },
                "--broker" => options with { Broker = Value() },
                "--messages" => options with { Messages = Number(100, 20_000_000) },
                "--times" => options with { Times = Number(2, 20) },
                "--admission" => options with { Admission = Value() is "on" or "off" ? args[i] == "on" : throw new FormatException("--admission is on or off.") },
                "--texts" => options with { Texts = Path.GetFullPath(Value()) },
                "--connections" => options with { Connections = Number(1, 100_000) },
                "--size" => options with { Size = Number(1, 4_096) },
                "--stuck" => options with { StuckPercent = Percent(Value()) },
                "--server" => options with { Server = Path.GetFullPath(Value()) },
                "--folder" => options with { Folder = Path.GetFullPath(Value()) },
                "--repeat" => options with { Repeat = Number(1, 50) },
                _ => throw new FormatException($"Unknown option {name}."),
            };
        }
        if (options.Bench == "cluster" && !options.UsesPostgres)
            throw new FormatException("Several nodes need PostgreSQL.");
        if (options.Processes > 1 && !options.UsesPostgres)
            throw new FormatException("Several --processes need --database postgres.");
        if ((options.Visitors + options.Agents - 1) / options.Agents > MostWatched)
            throw new FormatException($"An agent follows at most {MostWatched} conversations: more --agents, or fewer --visitors.");
        return options;
    }

    private static double Percent(string value) =>
        double.TryParse(value.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 50
            ? percent : throw new FormatException("--stuck is a share from above 0% to 50%.");
}
