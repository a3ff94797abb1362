using System.Globalization;
using System.Runtime.InteropServices;
using Queqiao.Bench;
using Queqiao.Bench.Runs;
using Queqiao.Bench.Search;
using Queqiao.Bench.Servers;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync($"{wrong.Message}\n\n{Options.Usage}");
    return 64;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // end in order: children are killed and folders removed on the way out
    stop.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    IRun run = options.Bench == "seal" ? new SealRun() : options.Bench == "text" ? new TextRun() : options.Bench == "knowledge" ? new KnowledgeRun() : OnServer(options, await BuiltServer.Find(options.Server, stop.Token));
    var result = await Repeated.Run(run, options.Repeat, stop.Token);
    Console.WriteLine(result.ToJsonString());
    var faults = (int?)result["lost"] + (int?)result["duplicated"] + (int?)result["reordered"] + (int?)result["altered"];
    return faults > 0 ? 2 : 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("stopped");
    return 130;
}
catch (Exception trouble)
{
    await Console.Error.WriteLineAsync(trouble.ToString());
    return 1;
}

static IRun OnServer(Options options, BuiltServer built) => options.Bench switch
{
    "chat" => new ChatRun(options, built),
    "idle" => new IdleRun(options, built),
    "start" => new StartRun(options, built),
    "jobs" => new JobsRun(options, built),
    "files" => new FilesRun(options, built),
    "search" => new SearchRun(options, built),
    "step" => new StepRun(options, built),
    "cluster" => new ClusterRun(options, built),
    "hooks" => new HooksRun(options, built),
    "bot" => new BotRun(options, built),
    _ => new SlowRun(options, built),
};
