using System.Collections.Concurrent;
using System.Diagnostics;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Bot.Turning;

/// <summary>
/// Answers calls: those of this node at once, and every few seconds what is owed anywhere (a node died, the database was away). In one
/// conversation one turn after the other; a call that fails again and again is given to people.
/// </summary>
internal sealed class BotTurns : BackgroundService
{
    private const int MostTries = 3;
    private const int MostOwed = 200;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>Younger calls are being answered by the node that heard them.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<Guid, Turn> _turns = new();
    private readonly SemaphoreSlim _atOnce = new(64);
    private readonly IBotConversations _conversations;
    private readonly TurnTaking _taking;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private CancellationToken _stopping = new(canceled: true);

    public BotTurns(IBotConversations conversations, TurnTaking taking, TimeProvider clock, ILogger<BotTurns> log)
    {
        (_conversations, _taking, _clock, _log) = (conversations, taking, clock, log);
        _conversations.Called += On;
    }

    /// <summary>Everything that is owed, answered here and now: for tests and benches.</summary>
    public async Task RunDue(CancellationToken ct)
    {
        while (await _conversations.Owed(_clock.GetUtcNow().ToUnixTimeMilliseconds(), MostOwed, ct) is { Count: > 0 } calls)
        {
            foreach (var call in calls)
                await _taking.Take(call, ct);
        }
    }

    /// <summary>A call of this node: from a thread that must not wait.</summary>
    private void On(BotCall call)
    {
        if (!_stopping.IsCancellationRequested)
            Post(call);
    }

    private void Post(BotCall call)
    {
        var fresh = new Turn(call);
        while (true)
        {
            var turn = _turns.GetOrAdd(call.Conversation, fresh);
            if (turn == fresh)
            {
                _ = Task.Run(() => Run(turn), CancellationToken.None);
                return;
            }
            if (turn.Again(call))
                return;
        }
    }

    private async Task Run(Turn turn)
    {
        await _atOnce.WaitAsync(CancellationToken.None);
        try
        {
            while (turn.Next() is { } call)
                await Take(call);
        }
        finally
        {
            _atOnce.Release();
            _turns.TryRemove(new(turn.Conversation, turn));
        }
    }

    private async Task Take(BotCall call)
    {
        var began = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await _taking.Take(call, _stopping);
                Measures.BotTurn.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return; // owed still: whoever looks next answers
            }
            catch (StorageUnavailableException)
            {
                return; // as above
            }
            catch (Exception trouble) when (tries < MostTries)
            {
                _log.Fault(LogLevel.Warning, trouble, $"The bot could not answer in {call.Conversation}; it tries again");
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Error, trouble, $"The bot cannot answer in {call.Conversation}; people take over");
                await GiveUp(call);
                return;
            }
        }
    }

    private async Task GiveUp(BotCall call)
    {
        try
        {
            await _taking.GiveUp(call, _stopping);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            _log.Fault(LogLevel.Error, trouble, $"The bot could not even give {call.Conversation} away"); // owed still
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var call in await _conversations.Owed((_clock.GetUtcNow() - Grace).ToUnixTimeMilliseconds(), MostOwed, stoppingToken))
                    Post(call);
                await Task.Delay(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Warning, trouble, "The bot waits for the database");
                await Task.Delay(Look, stoppingToken);
            }
        }
    }

    public override void Dispose()
    {
        _conversations.Called -= On;
        _atOnce.Dispose();
        base.Dispose();
    }

    /// <summary>The calls of one conversation: the newest counts, it answers the earlier ones as well.</summary>
    private sealed class Turn(BotCall first)
    {
        private readonly Lock _gate = new();
        private BotCall? _next = first;
        private bool _over;

        public Guid Conversation => first.Conversation;

        /// <summary>False: it is over, begin another.</summary>
        public bool Again(BotCall call)
        {
            lock (_gate)
            {
                if (_over)
                    return false;
                _next = call;
                return true;
            }
        }

        public BotCall? Next()
        {
            lock (_gate)
            {
                var next = _next;
                _next = null;
                _over = next is null;
                return next;
            }
        }
    }
}
