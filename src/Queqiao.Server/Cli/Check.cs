using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Logging;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Inspection;

namespace Queqiao.Server.Cli;

/// <summary><c>check</c>: reads everything that is stored and says what is no longer what was stored. Changes nothing; also beside a running server.</summary>
internal static class Check
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    public static async Task<int> Run(Command.Check command, Terminal terminal, CancellationToken ct)
    {
        var patient = new Patient(command.Storage, new ConfigurationBuilder().AddEnvironmentVariables().Build(), TimeProvider.System);
        if (!command.Storage.UsesPostgres && !File.Exists(command.Storage.SqliteFile))
            return Examine.Report([new Finding("store", Verdict.Fail, "doctor_nothing_to_check", command.Storage.DataFolder)], command.Json, terminal);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None).AddLines(LogFormat.Text));
        services.AddSingleton(TimeProvider.System);
        services.AddStorage(command.Storage);
        services.AddFiles(FileLimits.Read(patient.Settings));
        await using var all = services.BuildServiceProvider();
        var storage = all.GetRequiredService<IStorageEngine>(); // not started: it reads, and takes no lock
        IDiagnosis[] checks = [new PageCheck(patient), new ConversationCheck(storage), new FileCheck(storage, all.GetRequiredService<StoredFiles>())];
        return Examine.Report(await Doctor.Examine(checks, ct, Patience), command.Json, terminal);
    }
}
