using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Knowledge.Reporting;

/// <summary>
/// Counts what is used and keeps what was asked in vain: in memory first, some seconds later in the database, so that readers wait for nothing.
/// What was counted in the last seconds before a crash is lost; nobody decides by single views.
/// </summary>
internal sealed class UseCounter(IStorageEngine storage, IVault vault, TimeProvider clock, ILogger<UseCounter> log) : BackgroundService
{
    public const string Purpose = "knowledge question";
    private const int MostWaiting = 2_000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(int Ws, Guid Item, int Day), int[]> _uses = [];
    private readonly Channel<Missed> _missed = Channel.CreateBounded<Missed>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

    private sealed record Missed(int Ws, Guid? BaseId, string Question, string Source, long At);

    public void Note(int ws, Guid item, KnowledgeUse use)
    {
        var day = (int)(clock.GetUtcNow().ToUnixTimeMilliseconds() / 86_400_000);
        if (_uses.Count > 50_000)
            return; // the database has been away for long
        Interlocked.Increment(ref _uses.GetOrAdd((ws, item, day), static _ => new int[5])[(int)use]);
    }

    public void Miss(int ws, Guid? baseId, string question, string source)
    {
        var text = PersonalData.Mask(ContentRules.Line(question.Length > 300 ? question[..300] : question));
        if (ContentRules.Same(text).Length > 1)
            _missed.Writer.TryWrite(new Missed(ws, baseId, text, source, clock.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Tick(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            await Tick(CancellationToken.None); // what is left
        }
    }

    private async Task Tick(CancellationToken ct)
    {
        try
        {
            await Flush(ct);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.LogWarning("Uses of knowledge could not be written: {Kind}.", trouble.GetType().Name);
        }
    }

    /// <summary>Writes what was counted.</summary>
    public async Task Flush(CancellationToken ct)
    {
        var uses = _uses.Keys.ToList().Select(key => (key, counts: _uses.TryRemove(key, out var counts) ? counts : null)).Where(one => one.counts is not null).ToList();
        foreach (var group in uses.GroupBy(one => one.key.Ws))
            await storage.Run(group.Key, async (unit, stop) => await Write(unit, [.. group.Select(one => (one.key.Item, one.key.Day, one.counts!))], stop), ct);
        var missed = new List<Missed>();
        while (missed.Count < MostWaiting && _missed.Reader.TryRead(out var one))
            missed.Add(one);
        foreach (var group in missed.GroupBy(one => one.Ws))
            await storage.Run(group.Key, async (unit, stop) => await Write(unit, [.. group], stop), ct);
    }

    private static async Task<int> Write(WriteUnit unit, List<(Guid Item, int Day, int[] Counts)> uses, CancellationToken ct)
    {
        foreach (var (item, day, counts) in uses)
        {
            var changed = await unit.Db.Table<KnowledgeUsed>().Where(row => row.Ws == unit.Ws && row.ItemId == item && row.Day == day).ExecuteUpdateAsync(set => set
                .SetProperty(row => row.Viewed, row => row.Viewed + counts[0]).SetProperty(row => row.Cited, row => row.Cited + counts[1]).SetProperty(row => row.Solved, row => row.Solved + counts[2])
                .SetProperty(row => row.Liked, row => row.Liked + counts[3]).SetProperty(row => row.Disliked, row => row.Disliked + counts[4]), ct);
            if (changed == 0 && await unit.Db.Table<KnowledgeItem>().AnyAsync(row => row.Ws == unit.Ws && row.Id == item, ct))
                unit.Db.Table<KnowledgeUsed>().Add(new KnowledgeUsed { Ws = unit.Ws, ItemId = item, Day = day, Viewed = counts[0], Cited = counts[1], Solved = counts[2], Liked = counts[3], Disliked = counts[4] });
        }
        return await unit.Db.SaveChangesAsync(ct);
    }

    private async Task<int> Write(WriteUnit unit, List<Missed> missed, CancellationToken ct)
    {
        foreach (var group in missed.GroupBy(one => vault.Tag(unit.Ws, Purpose, ContentRules.Same(one.Question))))
        {
            var (times, last) = (group.Count(), group.Max(one => one.At));
            var changed = await unit.Db.Table<KnowledgeMiss>().Where(row => row.Ws == unit.Ws && row.Tag == group.Key).ExecuteUpdateAsync(set => set
                .SetProperty(row => row.Times, row => row.Times + times).SetProperty(row => row.LastAt, last).SetProperty(row => row.State, row => row.State == "dismissed" ? row.State : "open"), ct);
            if (changed > 0)
                continue;
            var (one, id) = (group.First(), unit.Ids.New());
            unit.Db.Table<KnowledgeMiss>().Add(new KnowledgeMiss
            {
                Ws = unit.Ws, Id = id, BaseId = one.BaseId, Tag = group.Key, Sealed = vault.Seal(unit.Ws, Purpose, Encoding.UTF8.GetBytes(one.Question), id), Source = one.Source,
                Times = times, FirstAt = one.At, LastAt = last, State = "open",
            });
        }
        return await unit.Db.SaveChangesAsync(ct);
    }
}
