using System.Collections.Concurrent;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Bot.Knowing;

/// <summary>Where bots read what they know.</summary>
internal interface IBotKnowledgeSource
{
    /// <summary>What customers may be told.</summary>
    ValueTask<BotKnowledge> Read(int ws, CancellationToken ct);

    /// <summary>Something may be different in a workspace.</summary>
    event Action<int>? Changed;
}

/// <summary>
/// The brains of this node, one for each workspace that asks: made when first needed, and kept up with the knowledge in the background. A changed
/// entry is found at once; what is learnt about the whole follows. Meanwhile the brain from before answers.
/// </summary>
internal sealed class Brains : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, Lazy<Task<Brain>>> _brains = new();
    private readonly ConcurrentDictionary<int, Brain> _made = new();
    private readonly ConcurrentDictionary<int, byte> _due = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly IBotKnowledgeSource _source;
    private readonly FlowShelf _flows;
    private readonly BotBoard _board;
    private readonly LearntBook _book;
    private readonly ILogger _log;

    public Brains(IBotKnowledgeSource source, FlowShelf flows, BotBoard board, LearntBook book, ILogger<Brains> log)
    {
        (_source, _flows, _board, _book, _log) = (source, flows, board, book, log);
        _source.Changed += Due;
        _flows.Changed += Due;
    }

    /// <summary>The brain of a workspace. The first to ask waits until it has learnt.</summary>
    public async ValueTask<Brain> Of(int ws)
    {
        var lazy = _brains.GetOrAdd(ws, key => new Lazy<Task<Brain>>(() => Task.Run(() => Make(key, CancellationToken.None))));
        try
        {
            return await lazy.Value;
        }
        catch
        {
            _brains.TryRemove(new(ws, lazy)); // the next one tries again
            throw;
        }
    }

    /// <summary>The brain of a workspace if it is there already.</summary>
    public Brain? Known(int ws) => _made.GetValueOrDefault(ws);

    private void Due(int ws)
    {
        _due[ws] = 0;
        _signal.Release();
    }

    private async Task<Brain> Make(int ws, CancellationToken ct) => _made[ws] = await Learn(ws, await _source.Read(ws, ct), (await _flows.Of(ws, ct)).Triggers, null, ct);

    /// <summary>What it was taught is kept: the next start learns it in a sixth of the time.</summary>
    private async Task<Brain> Learn(int ws, BotKnowledge knowledge, IReadOnlyList<FlowTrigger> flows, Brain? before, CancellationToken ct)
    {
        var known = await _book.Of(ws, ct);
        var brain = await Task.Run(() => Brain.Train(knowledge, flows, known, before), ct);
        if (brain.Taught.Keys.Any(digest => known(digest) is null))
            await Keep(ws, brain, ct);
        return brain;
    }

    private async Task Keep(int ws, Brain brain, CancellationToken ct)
    {
        try
        {
            await _book.Keep(ws, brain.Taught, ct);
        }
        catch (Exception trouble) when (trouble is StorageUnavailableException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            _log.Fault(LogLevel.Warning, trouble, "What the bot has learnt could not be kept; it will be learnt again");
        }
    }

    /// <summary>What is learnt before somebody asks: nobody should have to wait for it.</summary>
    private async Task WarmUp()
    {
        foreach (var ws in _board.All.Where(one => one.Bot.IsOn).Select(one => one.Ws).Distinct().ToList())
        {
            try
            {
                await Of(ws);
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Warning, trouble, "The bot could not learn yet; the first question tries again");
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server starts meanwhile
        await WarmUp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var woken = await _signal.WaitAsync(Look, stoppingToken);
                foreach (var ws in woken ? [.. _due.Keys] : _brains.Keys.ToList()) // words may be lost
                {
                    _due.TryRemove(ws, out _);
                    await Refresh(ws, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Warning, trouble, "The bot's knowledge could not be read again");
            }
        }
    }

    /// <summary>Brings a brain up to date, if there is one.</summary>
    public async Task Refresh(int ws, CancellationToken ct)
    {
        if (!_brains.TryGetValue(ws, out var lazy) || !lazy.Value.IsCompletedSuccessfully)
            return;
        var brain = await lazy.Value;
        var (knowledge, flows) = (await _source.Read(ws, ct), (await _flows.Of(ws, ct)).Triggers);
        if (brain.IsOf(knowledge, flows))
            return;
        Put(ws, brain.With(knowledge, flows) ?? brain.Without(knowledge)); // learning takes seconds; what may no longer be told is not told meanwhile
        Put(ws, await Learn(ws, knowledge, flows, brain, ct));
    }

    private void Put(int ws, Brain brain)
    {
        var done = new Lazy<Task<Brain>>(() => Task.FromResult(brain));
        _ = done.Value;
        _made[ws] = brain;
        _brains[ws] = done;
    }

    public override void Dispose()
    {
        _source.Changed -= Due;
        _flows.Changed -= Due;
        _signal.Dispose();
        base.Dispose();
    }
}
