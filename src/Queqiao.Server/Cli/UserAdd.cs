using Queqiao.Server.Identity;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Cli;

/// <summary><c>user add</c>: an account without a browser; on an empty store also its workspace.</summary>
internal static class UserAdd
{
    public static async Task<int> Run(Command.UserAdd command, Terminal terminal, CancellationToken ct)
    {
        var password = command.Password == "-" ? await terminal.In.ReadLineAsync(ct) ?? "" : command.Password;
        var name = command.Name ?? command.Email.Trim().Split('@')[0];
        var locale = command.Locale ?? terminal.Locale.Tag;
        if (Accounts.Check(name, command.Email, command.Role, locale, password) is { } invalid)
        {
            Explain(invalid, terminal);
            return Commands.Misused;
        }
        using var passwords = new PasswordHashing();
        var (hash, _) = await passwords.Hash(password, ct); // nobody else waits in this process
        var account = new NewAgent(command.Email, name, command.Role, locale, hash!);
        return await Commands.WithStore(command.Storage, storage => Add(command, account, storage, terminal, ct), ct);
    }

    private static async Task<int> Add(Command.UserAdd command, NewAgent account, IStorageEngine storage, Terminal terminal, CancellationToken ct)
    {
        var workspace = command.Workspace ?? Messages.Text(terminal.Locale, "cli_first_workspace");
        var (_, refusal) = await Accounts.Add(storage, account, workspace, ct);
        if (refusal is not null)
        {
            Explain(refusal, terminal);
            return Commands.Failed;
        }
        terminal.Say("cli_user_added", account.Email.Trim(), account.Role);
        return Commands.Done;
    }

    private static void Explain(Refusal refusal, Terminal terminal)
    {
        if (refusal.Fields is null)
            terminal.Complain(refusal.Code, refusal.Args);
        foreach (var (field, faults) in refusal.Fields ?? new Dictionary<string, IReadOnlyList<FieldFault>>())
        {
            foreach (var fault in faults)
                terminal.Error.WriteLine($"--{field}: {Messages.Text(terminal.Locale, fault.Code, fault.Args)}");
        }
    }
}
