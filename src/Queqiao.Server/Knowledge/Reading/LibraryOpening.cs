namespace Queqiao.Server.Knowledge.Reading;

/// <summary>Reads what is published soon after the start, so that the first who asks need not wait. The server is ready meanwhile.</summary>
internal sealed class LibraryOpening(KnowledgeLibrary library, ILogger<LibraryOpening> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            foreach (var ws in await library.Workspaces(stoppingToken))
                await library.Of(ws, stoppingToken);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.LogWarning(trouble, "Knowledge could not be read at the start; it is when somebody asks.");
        }
    }
}
