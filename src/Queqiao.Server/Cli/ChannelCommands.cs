using Queqiao.Server.Channels;

namespace Queqiao.Server.Cli;

/// <summary><c>channel record</c> and <c>channel replay</c>: deliveries of platforms out of a store and into one.</summary>
internal static class ChannelCommands
{
    public static Task<int> Record(Command.ChannelRecord command, Terminal terminal, CancellationToken ct) => Commands.WithStore(command.Storage, async storage =>
    {
        await using var file = new StreamWriter(command.Out, append: false);
        var count = await new HookRecordings(storage, TimeProvider.System).Record(command.Channel, command.Parked, file, ct);
        if (count is not { } recorded)
        {
            terminal.Complain("cli_no_channel", command.Channel);
            return Commands.Failed;
        }
        terminal.Say("cli_recorded", recorded, command.Out);
        return Commands.Done;
    }, ct);

    public static Task<int> Replay(Command.ChannelReplay command, Terminal terminal, CancellationToken ct) => Commands.WithStore(command.Storage, async storage =>
    {
        using var file = new StreamReader(command.File);
        var (taken, refused) = (0, 0);
        await foreach (var line in new HookRecordings(storage, TimeProvider.System).Replay(file, command.Channel, command.Dry, ct))
        {
            if (line.Refused is { } why)
            {
                refused++;
                terminal.Complain("cli_line_refused", line.Number, why);
            }
            else
            {
                taken++;
                if (command.Dry)
                    terminal.Out.WriteLine($"{line.Number}\t{string.Join(' ', line.Events)}");
            }
        }
        terminal.Say(command.Dry ? "cli_replayed_dry" : "cli_replayed", taken, refused);
        return refused == 0 ? Commands.Done : Commands.Failed;
    }, ct);
}
