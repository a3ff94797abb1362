using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Reading;

/// <summary>
/// What is published, in memory: read when a workspace is asked for first (or soon after the start), afterwards only what changed. Whoever asks
/// gets what was committed before they asked on this node, and on others within a word of the bus or two seconds.
/// </summary>
internal sealed class KnowledgeLibrary : IDisposable
{
    private const string News = "knowledge";
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private const int AtOnce = 2_000;

    private readonly ConcurrentDictionary<int, Place> _places = [];
    private readonly IStorageEngine _storage;
    private readonly TimeProvider _clock;
    private readonly CacheNews _news;
    private volatile Known? _known;

    public KnowledgeLibrary(IStorageEngine storage, TimeProvider clock, CacheNews news)
    {
        (_storage, _clock, _news) = (storage, clock, news);
        news.Add(News, key => Forget(key is null ? null : int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Readers see something else in this workspace now.</summary>
    public event Action<int>? Changed;

    /// <summary>Something was committed, here or on another node, also in workspaces that nobody has asked for yet.</summary>
    public event Action? Stale;

    /// <summary>Something was committed here.</summary>
    public void Heard(int ws)
    {
        Forget(ws);
        _news.Tell(News, ws.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public async ValueTask<Shelf> Of(int ws, CancellationToken ct)
    {
        var place = _places.GetOrAdd(ws, static ws => new Place(new Shelf(ws)));
        if (place.IsLoaded && !place.IsStale && _clock.GetElapsedTime(place.LookedAt) < Fresh)
            return place.Shelf;
        await place.Turn.WaitAsync(ct);
        try
        {
            if (place.IsLoaded && !place.IsStale && _clock.GetElapsedTime(place.LookedAt) < Fresh)
                return place.Shelf;
            // Taken before reading: what is committed from here on is heard again. Noted after it: until then others wait for it, too.
            var heard = place.Heard;
            var since = _clock.GetTimestamp();
            await Refresh(place.Shelf, ct);
            (place.Seen, place.LookedAt, place.IsLoaded) = (heard, since, true);
            return place.Shelf;
        }
        finally
        {
            place.Turn.Release();
        }
    }

    /// <summary>Every workspace that has knowledge.</summary>
    public async Task<IReadOnlyList<int>> Workspaces(CancellationToken ct)
    {
        await using var db = _storage.ReadSystem();
        return await db.Table<KnowledgeBaseRow>().AsNoTracking().Select(row => row.Ws).Distinct().ToListAsync(ct);
    }

    /// <summary>The same, as of some seconds ago.</summary>
    public async ValueTask<IReadOnlyList<int>> WorkspacesKnown(CancellationToken ct)
    {
        if (_known is not { } known || _clock.GetElapsedTime(known.At) > Fresh || _places.Values.Any(place => place.IsStale))
            _known = known = new Known(_clock.GetTimestamp(), [.. (await Workspaces(ct)).Order()]);
        return known.List;
    }

    private void Forget(int? ws)
    {
        _known = null; // it may be the first of its workspace
        Stale?.Invoke();
        foreach (var (number, place) in _places)
        {
            if (ws is { } one && one != number)
                continue;
            place.Hear();
            Changed?.Invoke(number);
        }
    }

    private async Task Refresh(Shelf shelf, CancellationToken ct)
    {
        await using var db = _storage.Read(shelf.Ws);
        var bases = await db.Table<KnowledgeBaseRow>().AsNoTracking().Where(row => row.Ws == shelf.Ws).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(ct);
        var moved = bases.Where(row => shelf.RevisionOf(row.Id) < row.Revision).ToList();
        if (moved.Count == 0 && bases.Count == shelf.Bases.Count)
            return;
        var categories = await db.Table<KnowledgeCategory>().AsNoTracking().Where(row => row.Ws == shelf.Ws).ToListAsync(ct);
        var terms = await db.Table<KnowledgeTerm>().AsNoTracking().Where(row => row.Ws == shelf.Ws && row.Kind == "synonym").OrderBy(row => row.Id).ToListAsync(ct);
        var facts = await db.Table<KnowledgeEdge>().AsNoTracking().Where(row => row.Ws == shelf.Ws).OrderBy(row => row.Id)
            .Select(row => new PublishedFact(row.Id, row.BaseId, row.Subject, row.Relation, row.Target, row.Audience != Audience.Everybody)).ToListAsync(ct);
        var changed = new List<(KnowledgeItem, KnowledgeContent?)>();
        foreach (var home in moved)
            await ReadItems(db, home, shelf.RevisionOf(home.Id), changed, ct);
        shelf.Take(bases, categories, terms, facts, changed);
    }

    /// <summary>Items of a base that changed after a revision; at first only those that are published.</summary>
    private static async Task ReadItems(QueqiaoDb db, KnowledgeBaseRow home, long known, List<(KnowledgeItem, KnowledgeContent?)> changed, CancellationToken ct)
    {
        var after = Guid.Empty;
        while (true)
        {
            var rows = await db.Table<KnowledgeItem>().AsNoTracking()
                .Where(row => row.Ws == home.Ws && row.BaseId == home.Id && row.Revision > known && (known >= 0 || row.PublishedVersion != null) && row.Id.CompareTo(after) > 0)
                .OrderBy(row => row.Id).Take(AtOnce)
                .Select(row => new
                {
                    Item = row,
                    Content = db.Table<KnowledgeVersion>().Where(version => version.Ws == row.Ws && version.ItemId == row.Id && version.Version == row.PublishedVersion).Select(version => version.Content).FirstOrDefault(),
                }).ToListAsync(ct);
            changed.AddRange(rows.Select(row => (row.Item, row.Content is null || row.Item.PublishedVersion is null ? null : KnowledgeContent.Of(row.Content))));
            if (rows.Count < AtOnce)
                return;
            after = rows[^1].Item.Id;
        }
    }

    public void Dispose()
    {
        foreach (var place in _places.Values)
            place.Turn.Dispose();
    }

    private sealed record Known(long At, IReadOnlyList<int> List);

    private sealed class Place(Shelf shelf)
    {
        private volatile bool _isLoaded;
        private int _heard;
        private volatile int _seen;
        private long _lookedAt;

        public Shelf Shelf => shelf;

        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>How often something was committed.</summary>
        public int Heard => Volatile.Read(ref _heard);

        /// <summary>How often it had been when the shelf was last read.</summary>
        public int Seen { set => _seen = value; }

        public long LookedAt { get => Volatile.Read(ref _lookedAt); set => Volatile.Write(ref _lookedAt, value); }

        public bool IsStale => Heard != _seen;

        public bool IsLoaded { get => _isLoaded; set => _isLoaded = value; }

        public void Hear() => Interlocked.Increment(ref _heard);
    }
}
