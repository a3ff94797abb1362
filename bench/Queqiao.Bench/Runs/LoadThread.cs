using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Runs;

/// <summary>A thread of its own for the load's loop, which blocks; when it fails, what the server said last is part of the reason.</summary>
internal static class LoadThread
{
    public static async Task Run(ServerProcess server, Action act)
    {
        try
        {
            await Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{trouble.Message}\nThe server's last words:\n{server.LastWords()}", trouble);
        }
    }
}
