using System.Globalization;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Cli;

/// <summary><c>keys status</c> and <c>keys rotate root|workspaces</c>.</summary>
internal static class KeysCommands
{
    public static Task<int> Run(Command.ManageKeys command, Terminal terminal, CancellationToken ct) => Commands.WithStore(command.Storage, async storage =>
    {
        var local = storage.Vault.Roots as LocalRootKeys;
        if (local is null)
        {
            terminal.Complain("cli_keys_elsewhere");
            return Commands.Failed;
        }
        var rotation = new KeyRotation(storage, local);
        return command.What switch
        {
            KeysWish.RotateRoot => await Root(rotation, local, terminal, ct),
            KeysWish.RotateWorkspaces => await Workspaces(rotation, terminal, ct),
            _ => await Status(rotation, terminal, ct),
        };
    }, ct);

    private static async Task<int> Root(KeyRotation rotation, LocalRootKeys local, Terminal terminal, CancellationToken ct)
    {
        if (await rotation.Root(ct) is not { } count)
        {
            terminal.Complain("cli_keys_root_given", LocalRootKeys.Variable);
            return Commands.Failed;
        }
        terminal.Say("cli_keys_root_rotated", local.Current, count);
        terminal.Say(local.AreGiven ? "cli_keys_root_drop" : "cli_keys_root_back_up", local.AreGiven ? LocalRootKeys.Variable : local.FileName);
        return Commands.Done;
    }

    private static async Task<int> Workspaces(KeyRotation rotation, Terminal terminal, CancellationToken ct)
    {
        terminal.Say("cli_keys_rotated", await rotation.Workspaces(ct));
        return Commands.Done;
    }

    private static async Task<int> Status(KeyRotation rotation, Terminal terminal, CancellationToken ct)
    {
        var status = await rotation.Status(ct);
        foreach (var root in status.Roots)
            terminal.Say(root.IsCurrent ? "cli_keys_root_current" : "cli_keys_root_old", root.Id, root.Wraps);
        foreach (var key in status.Workspaces)
        {
            var since = DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            terminal.Say(key.State == "current" ? "cli_keys_workspace_current" : "cli_keys_workspace_old", key.Ws, key.Id, since, key.People);
        }
        terminal.Say("cli_keys_destroyed", status.Destroyed);
        return Commands.Done;
    }
}
