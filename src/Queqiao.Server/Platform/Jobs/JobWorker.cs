using System.Collections.Concurrent;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// Runs what is due on this server: woken by each commit that brought work, here or on another server, and by the next job's time.
/// Idle, it asks the ends of a few indexes every few seconds, in case a call was lost.
/// </summary>
internal sealed class JobWorker(
    IStorageEngine storage, JobKinds kinds, JobStore store, JobWork work, JobFinisher finisher, JobSchedules schedules, JobBell bell, JobCalls calls, Pressure pressure, Ids ids, ILogger<JobWorker> log) : BackgroundService
{
    /// <summary>What this server does at once; bulk work gets half of it, so that it never keeps a chat waiting.</summary>
    private const int MostRunning = 64;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shed = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AwayWait = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, HeldJob> _held = new();
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly Lazy<Dictionary<string, SemaphoreSlim>> _hands = new(() => kinds.All.ToDictionary(handler => handler.Kind.Name, handler => new SemaphoreSlim(handler.Kind.Concurrency)));
    private readonly SemaphoreSlim _all = new(MostRunning);
    private readonly SemaphoreSlim _bulk = new(MostRunning / 2);
    private readonly CancellationTokenSource _stopping = new();
    private readonly JobPace _pace = new();

    /// <summary>Everything that is due now, one after the other, and what follows from it. For tests: there the worker does not run by itself.</summary>
    /// <returns>How many tries.</returns>
    public async Task<int> RunDue(CancellationToken ct)
    {
        for (var ran = 0; ;)
        {
            await schedules.Tick(ct);
            await store.Expire(all: false, ct);
            var (claimed, _) = await store.Claim([.. kinds.All.Select(handler => (handler.Kind, handler.Kind.Leased))], ct);
            if (claimed.Count == 0)
                return ran;
            var ended = new List<EndedTry>();
            foreach (var job in claimed)
            {
                using var held = new HeldJob(job);
                if (await work.Run(held) is { } one)
                    ended.Add(one);
            }
            await finisher.Store(ended);
            ran += claimed.Count;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var finishing = finisher.Loop();
        var keeping = Task.WhenAll(Keep(stoppingToken), calls.Run(stoppingToken));
        var first = !storage.IsPostgres; // the only process: what runs in the books died with the last one
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (first)
                    await store.Expire(all: true, stoppingToken);
                first = false;
                await schedules.Declare(stoppingToken);
                await Serve(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, "Jobs wait for the database");
                await Task.WhenAny(Task.Delay(AwayWait, stoppingToken));
            }
        }
        await _stopping.CancelAsync();
        foreach (var held in _held.Values)
            await held.Stop.CancelAsync();
        await Task.WhenAll(_running.Values);
        finisher.Complete();
        await Task.WhenAll(finishing, keeping);
    }

    private async Task Serve(CancellationToken ct)
    {
        var due = await store.Due(ct);
        while (true)
        {
            var now = ids.Now();
            if (due.Schedule <= now || due.Lease < now)
                due = await Clock(due, now, ct);
            if (Wanted(due, now) is { Count: > 0 } wanted)
            {
                due = await Take(wanted, ct);
                continue;
            }
            if (!await bell.Heard(Until(due, now), ct))
                continue; // hands are free, and what is due is known
            await Task.Delay(Gather, ct); // a hundred jobs at once cost little more than one
            due = await store.Due(ct);
        }
    }

    private async Task<DueTimes> Clock(DueTimes due, long now, CancellationToken ct)
    {
        if (due.Schedule <= now)
            await schedules.Tick(ct);
        if (due.Lease < now)
            await store.Expire(all: false, ct);
        return await store.Due(ct);
    }

    private async Task<DueTimes> Take(List<(JobKind Kind, int Most)> wanted, CancellationToken ct)
    {
        var (claimed, due) = await store.Claim(wanted, ct);
        claimed.ForEach(Begin);
        var came = claimed.GroupBy(job => job.Kind.Name).ToDictionary(kind => kind.Key, kind => kind.Count());
        foreach (var (kind, most) in wanted)
            _pace.Took(kind, came.GetValueOrDefault(kind.Name) == most, System.Diagnostics.Stopwatch.GetElapsedTime(0));
        if (claimed.Count == 0)
            await Task.Delay(Gather, ct); // another server was faster
        return due;
    }

    /// <summary>Kinds with something due and hands free (bulk work not while there is too much to do), and how many jobs of each: again when half of what was taken is done, so that batches stay large.</summary>
    private List<(JobKind Kind, int Most)> Wanted(DueTimes due, long now)
    {
        var held = _held.Values.GroupBy(one => one.Job.Kind.Name).ToDictionary(kind => kind.Key, kind => kind.Count());
        return [.. kinds.All.Select(handler => handler.Kind)
            .Where(kind => due.Kinds.TryGetValue(kind.Name, out var at) && at <= now && !IsShed(kind) && held.GetValueOrDefault(kind.Name) <= _pace.Portion(kind) / 2)
            .Select(kind => (kind, _pace.Portion(kind) - held.GetValueOrDefault(kind.Name)))];
    }

    /// <summary>How long nothing can happen here without the bell. Another server's call can be lost, so on PostgreSQL a look every few seconds.</summary>
    private TimeSpan Until(DueTimes due, long now)
    {
        if (pressure.Sheds(Worth.Bulk))
            return Shed; // nobody rings when it is over
        var longest = storage.IsPostgres ? TimeSpan.FromSeconds(5) : TimeSpan.FromMinutes(1);
        var next = due.Kinds.Values.Where(at => at > now).Append(due.Lease + 1 ?? long.MaxValue).Append(due.Schedule ?? long.MaxValue).Min();
        return next - now >= longest.TotalMilliseconds ? longest : TimeSpan.FromMilliseconds(Math.Max(1, next - now));
    }

    private bool IsShed(JobKind kind) => kind.Class == JobClass.Bulk && pressure.Sheds(Worth.Bulk);

    private void Begin(ClaimedJob job)
    {
        var held = new HeldJob(job);
        _held[job.Id] = held;
        if (_stopping.IsCancellationRequested)
            held.Stop.Cancel();
        var running = Task.Run(() => Carry(held));
        _running[job.Id] = running;
        if (running.IsCompleted)
            _running.TryRemove(job.Id, out _);
    }

    private async Task Carry(HeldJob held)
    {
        EndedTry? ended;
        try
        {
            ended = await WithHands(held);
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Error, trouble, $"Job {held.Job.Id} fell out of our hands; its lease will run out");
            ended = null;
        }
        if (ended is null)
        {
            LetGo(held);
            bell.Wake(); // what it wrote at its end may have let a lane go on
        }
        else
        {
            finisher.Add(ended, () => LetGo(held));
        }
        _running.TryRemove(held.Job.Id, out _);
    }

    private async Task<EndedTry?> WithHands(HeldJob held)
    {
        SemaphoreSlim[] hands = held.Job.Kind.Class == JobClass.Bulk ? [_hands.Value[held.Job.Kind.Name], _bulk, _all] : [_hands.Value[held.Job.Kind.Name], _all];
        var taken = 0;
        try
        {
            for (; taken < hands.Length; taken++)
                await hands[taken].WaitAsync(held.Stop.Token);
            return await work.Run(held);
        }
        catch (OperationCanceledException) when (held.Stop.IsCancellationRequested)
        {
            var now = ids.Now(); // had not begun
            return held.Lost ? null : new EndedTry(held.Job, held.Cancelled ? JobRules.Cancelled(held.Job.Tries - 1, now) : JobRules.HandBack(held.Job.Tries, now));
        }
        finally
        {
            while (taken-- > 0)
                hands[taken].Release();
        }
    }

    private void LetGo(HeldJob held)
    {
        _held.TryRemove(held.Job.Id, out _);
        bell.HandsFree();
    }

    /// <summary>Renews the leases of what takes long, and hears there who was cancelled or lost.</summary>
    private async Task Keep(CancellationToken ct)
    {
        var before = new HashSet<HeldJob>();
        while (!ct.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(KeepEvery, ct));
            var held = _held.Values.ToList();
            var old = held.Where(before.Contains).ToList();
            before = [.. held];
            try
            {
                if (old.Count > 0 && !ct.IsCancellationRequested)
                    await Renew(old, ct);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                log.Fault(LogLevel.Warning, trouble, "Leases of jobs could not be renewed");
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task Renew(List<HeldJob> held, CancellationToken ct)
    {
        var answers = await store.Renew([.. held.Select(one => one.Job)], ct);
        foreach (var (one, answer) in held.Zip(answers))
        {
            if (answer == false || !_held.ContainsKey(one.Job.Id))
                continue;
            (one.Lost, one.Cancelled) = (answer is null, answer == true);
            await one.Stop.CancelAsync();
        }
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }
}
