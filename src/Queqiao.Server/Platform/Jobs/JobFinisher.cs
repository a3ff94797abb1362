using System.Threading.Channels;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>Stores ended tries together: whatever ended while the last commit was on its way is the next transaction.</summary>
internal sealed class JobFinisher(IStorageEngine storage, JobBell bell, ILogger<JobFinisher> log)
{
    private const int MostAtOnce = 512;

    private readonly Channel<(EndedTry Try, Action Stored)> _ended = Channel.CreateUnbounded<(EndedTry, Action)>(new() { SingleReader = true });

    /// <param name="ended">How it ended.</param>
    /// <param name="stored">Told when nobody has to care about it any more.</param>
    public void Add(EndedTry ended, Action stored) => _ended.Writer.TryWrite((ended, stored));

    public void Complete() => _ended.Writer.Complete();

    public async Task Loop()
    {
        var batch = new List<(EndedTry Try, Action Stored)>();
        while (await _ended.Reader.WaitToReadAsync())
        {
            while (batch.Count < MostAtOnce && _ended.Reader.TryRead(out var one))
                batch.Add(one);
            await Store([.. batch.Select(one => one.Try)]);
            batch.ForEach(one => one.Stored());
            batch.Clear();
        }
    }

    public async Task Store(IReadOnlyList<EndedTry> tries)
    {
        try
        {
            var ended = await storage.RunSystem((unit, ct) => JobStore.End(unit, tries, ct), CancellationToken.None);
            if (ended.Waiting)
                bell.Wake();
        }
        catch (Exception trouble)
        {
            // The lease runs out and the jobs are tried again: that they end is promised, that they end once is the handlers' part.
            log.Fault(LogLevel.Warning, trouble, $"{tries.Count} jobs could not be marked as they ended");
        }
    }
}
