using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>Runs the <see cref="AuditSealer"/> every second and writes anchors: at the first link of a start, then every hour or thousand rows, if the chain grew.</summary>
internal sealed partial class AuditSealing(AuditSealer sealer, AuditFiles files, TimeProvider clock, Ids ids, ILogger<AuditSealing> log) : BackgroundService
{
    private const long Grown = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnchorEvery = TimeSpan.FromHours(1);

    private readonly Dictionary<int, Anchor> _anchored = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Step(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    /// <summary>One look. Trouble is logged and the next look tries again: what waits, waits in the database.</summary>
    public async Task Step(CancellationToken ct)
    {
        try
        {
            await sealer.Turn(ct);
            await WriteAnchors(ct);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.Fault(trouble is StorageUnavailableException ? LogLevel.Warning : LogLevel.Error, trouble, "Audit rows wait to be linked");
        }
    }

    private async Task WriteAnchors(CancellationToken ct)
    {
        var now = ids.Now();
        var due = sealer.Heads.Where(head => IsDue(head.Key, head.Value.No, now)).Select(head => new Anchor(head.Key, head.Value.No, head.Value.Hash, now)).ToList();
        if (due.Count == 0)
            return;
        await Anchors.Append(files.AnchorFile, due, ct);
        foreach (var anchor in due)
        {
            _anchored[anchor.Ws] = anchor;
            Anchored(Anchors.Line(anchor));
        }
    }

    private bool IsDue(int ws, long no, long now) =>
        !_anchored.TryGetValue(ws, out var last) || (no > last.No && (no - last.No >= Grown || now - last.At >= AnchorEvery.TotalMilliseconds));

    [LoggerMessage(Level = LogLevel.Information, Message = "Audit anchor {Anchor}")]
    private partial void Anchored(string anchor);
}

/// <param name="AnchorFile">Where anchors are written.</param>
internal sealed record AuditFiles(string AnchorFile);
