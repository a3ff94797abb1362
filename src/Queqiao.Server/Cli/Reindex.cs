using Queqiao.Server.Conversations;

namespace Queqiao.Server.Cli;

/// <summary><c>reindex</c>: fills the search index anew. Interrupted, the next run or the server goes on where it was.</summary>
internal static class Reindex
{
    public static Task<int> Run(Command.Reindex command, Terminal terminal, CancellationToken ct) => Commands.WithStore(command.Storage, async storage =>
    {
        var goesOn = await SearchIndex.Reindex(storage, command.Empty, share => terminal.Say("cli_reindexing", Math.Floor(share * 100)), ct);
        terminal.Say(goesOn ? "cli_reindexed_rest" : "cli_reindexed");
        return Commands.Done;
    }, ct);
}
