using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Logging;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Backups;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Cli;

/// <summary>Runs what the command line asks for.</summary>
internal static class Commands
{
    public const int Done = 0;

    /// <summary>The command was understood and could not be carried out.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Misused = 2;

    /// <param name="arguments">The command line without the program's name.</param>
    /// <param name="serve">Runs the server until it is stopped.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> Run(string[] arguments, Func<Command.Serve, Task> serve) =>
        Run(CommandLine.Parse(arguments, Environment.GetEnvironmentVariable), Terminal.Standard(), serve, CancellationToken.None);

    internal static async Task<int> Run(Command command, Terminal terminal, Func<Command.Serve, Task> serve, CancellationToken ct) => command switch
    {
        Command.Serve wish => await Guarded(terminal, () => Serve(wish, terminal, serve)),
        Command.Help => Help(terminal),
        Command.Version => ShowVersion(terminal),
        Command.Wrong wrong => Misuse(wrong, terminal),
        Command.Migrate migrate => await Guarded(terminal, () => Migrate(migrate, terminal, ct)),
        Command.ManageKeys keys => await Guarded(terminal, () => KeysCommands.Run(keys, terminal, ct)),
        Command.Reindex reindex => await Guarded(terminal, () => Cli.Reindex.Run(reindex, terminal, ct)),
        Command.Evaluate evaluate => await Guarded(terminal, () => Evaluating.Evaluations.Run(evaluate, terminal)),
        Command.ChannelRecord record => await Guarded(terminal, () => ChannelCommands.Record(record, terminal, ct)),
        Command.ChannelReplay replay => await Guarded(terminal, () => ChannelCommands.Replay(replay, terminal, ct)),
        Command.UserAdd add => await Guarded(terminal, () => Cli.UserAdd.Run(add, terminal, ct)),
        Command.Doctor doctor => await Guarded(terminal, () => Examine.Run(doctor, terminal, ct)),
        Command.Check check => await Guarded(terminal, () => Cli.Check.Run(check, terminal, ct)),
        Command.Backup backup => await Guarded(terminal, () => Backups.Make(backup, terminal, ct)),
        Command.BackupVerify verify => await Guarded(terminal, () => Backups.Verify(verify, terminal, ct)),
        Command.Restore restore => await Guarded(terminal, () => Backups.Restore(restore, terminal, ct)),
        Command.AuditVerify verify => await Guarded(terminal, () => AuditCommands.Verify(verify, terminal, ct)),
        _ => throw new InvalidOperationException($"Nobody runs {command.GetType().Name}."),
    };

    /// <summary>Runs something and turns what an administrator can mend into one clear line and exit code 1; bugs stay bugs.</summary>
    private static async Task<int> Guarded(Terminal terminal, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception trouble) when (Explanation(trouble, terminal.Locale) is { } explanation)
        {
            await terminal.Error.WriteLineAsync(explanation);
            return Failed;
        }
    }

    /// <summary>Opens the store for one command, and closes it.</summary>
    internal static async Task<T> WithStore<T>(StorageOptions options, Func<IStorageEngine, Task<T>> work, CancellationToken ct)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddLines(LogFormat.Text));
        services.AddSingleton(TimeProvider.System);
        services.AddStorage(options);
        await using var all = services.BuildServiceProvider();
        var storage = all.GetRequiredService<IStorageEngine>();
        await storage.Start(ct);
        return await work(storage);
    }

    private static string? Explanation(Exception trouble, Locale locale) => trouble switch
    {
        StoreInUseException inUse => Messages.Text(locale, "cli_store_in_use", inUse.Folder),
        InvalidSettingException setting => setting.Message,
        StorageUnavailableException away => Messages.Text(locale, away.Code),
        NpgsqlException away => Messages.Text(locale, "cli_database_away", away.Message),
        FileNotFoundException missing => Messages.Text(locale, "cli_folder_unusable", missing.Message),
        UnauthorizedAccessException or DirectoryNotFoundException => Messages.Text(locale, "cli_folder_unusable", trouble.Message),
        IOException { InnerException: null } => Messages.Text(locale, "cli_folder_unusable", trouble.Message),
        IOException { InnerException: AddressInUseException } => Messages.Text(locale, "cli_address_in_use", trouble.Message),
        SocketException => Messages.Text(locale, "cli_cannot_listen", trouble.Message),
        Evaluating.EvaluationException wrong => Messages.Text(locale, wrong.Code, [.. wrong.Args]),
        Evaluating.MissingColumnException missing => Messages.Text(locale, "cli_missing_column", missing.Path, missing.Column),
        InvalidDataException bad => Messages.Text(locale, "cli_file_damaged", bad.Message),
        BackupRefusedException refused => Messages.Text(locale, refused.Code!, refused.Args),
        StoreRefusedException { Code: { } code } => Messages.Text(locale, code),
        StoreRefusedException refused => refused.Message,
        _ => null,
    };

    private static async Task<int> Serve(Command.Serve wish, Terminal terminal, Func<Command.Serve, Task> serve)
    {
        if (!RuntimeFloor.Check(Environment.Version, terminal))
            return Failed;
        await serve(wish);
        return Done;
    }

    private static Task<int> Migrate(Command.Migrate command, Terminal terminal, CancellationToken ct) => WithStore(command.Storage, _ =>
    {
        terminal.Say("cli_migrated");
        return Task.FromResult(Done);
    }, ct);

    private static int Help(Terminal terminal)
    {
        terminal.Say("cli_help");
        return Done;
    }

    private static int ShowVersion(Terminal terminal)
    {
        var version = typeof(Commands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        terminal.Out.WriteLine($"Queqiao {version} (.NET {Environment.Version})");
        return Done;
    }

    private static int Misuse(Command.Wrong wrong, Terminal terminal)
    {
        terminal.Complain(wrong.Code, wrong.Args);
        terminal.Complain("cli_see_help");
        return Misused;
    }
}
