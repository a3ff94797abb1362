using Queqiao.Server.Platform.Problems;
using System.Globalization;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Inbox.Views;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>
/// Keeps the watched lists of this node current: changes are gathered and sent at most five times a second to a console.
/// Remembers the last few thousand changed conversations, so that a console that was away briefly resumes by its cursor.
/// </summary>
internal sealed class ListBoard : ILogFollower, IHostedService, IDisposable
{
    private const int MostRemembered = 4096;
    private const int MostPast = 32;
    private const int BeatsBetweenViews = 5;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    private readonly InboxQueries _queries;
    private readonly SavedViews _views;
    private readonly ListFrames _frames;
    private readonly ILogger<ListBoard> _log;
    private readonly Lock _gate = new();
    private readonly HashSet<ListWatch> _watches = [];
    private readonly LinkedList<(long Version, Change Change, int Ws)> _recent = [];
    private readonly Dictionary<Guid, LinkedListNode<(long Version, Change Change, int Ws)>> _recentById = [];
    private readonly string _epoch = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
    private readonly CancellationTokenSource _stop = new();
    private int _stopped;
    private long _version;
    private long _forgotten;
    private Task _loop = Task.CompletedTask;

    public ListBoard(InboxQueries queries, SavedViews views, ListFrames frames, ILogger<ListBoard> log) => (_queries, _views, _frames, _log) = (queries, views, frames, log);

    /// <summary>Begins to follow a list; null when there is none of that name.</summary>
    public async Task<ListWatch?> Watch(Actor actor, string view, string? cursor, GatewayConnection connection, CancellationToken ct)
    {
        if ((await _views.Find(actor, view, ct)).View is not { } known)
            return null;
        var watch = new ListWatch(actor, known, connection) { Counts = await _queries.Counts(actor, ct) };
        lock (_gate)
        {
            var resumed = Resume(watch, cursor);
            // Greeted under the lock: the first list.changed comes after it.
            connection.Send(ListFrames.Watching(known.Name, Cursor(_version), resync: cursor is not null && !resumed, watch.Counts));
            _watches.Add(watch);
        }
        return watch;
    }

    public void End(ListWatch watch)
    {
        lock (_gate)
            _watches.Remove(watch);
    }

    public void After(LogBatch batch)
    {
        if (batch.Entries.Count == 0)
            return;
        lock (_gate)
        {
            foreach (var head in batch.IsHeard ? batch.Heads.Values : batch.Changed.Concat(batch.Begun).Select(id => batch.Heads[id]))
            {
                var change = Remember(ChangeOf(batch, head));
                foreach (var watch in _watches)
                {
                    if (watch.Actor.Ws == head.Ws)
                        watch.Note(change);
                }
            }
        }
    }

    /// <summary>Whether anybody follows a list on this node.</summary>
    public bool HasWatches
    {
        get
        {
            lock (_gate)
                return _watches.Count > 0;
        }
    }

    private static Change ChangeOf(LogBatch batch, ConversationHead head)
    {
        if (batch.IsHeard)
        {
            var past = batch.Pasts[(head.Ws, head.Id)];
            var other = past.Heads.Where(one => one.Place != head.Place).ToList();
            return new Change(head, past.IsExact ? other : past.Heads, Moved: past.Heads.Count == 0 || other.Count > 0 || !past.IsExact, past.IsExact);
        }
        if (!batch.Before.TryGetValue((head.Ws, head.Id), out var before))
            return new Change(head, [], Moved: true); // it began
        var moved = before.Place != head.Place;
        return new Change(head, moved ? [before] : [], moved);
    }

    /// <summary>The change as watches hear of it: with the newest head there is.</summary>
    private Change Remember(Change change)
    {
        var noted = change;
        if (_recentById.Remove(change.Head.Id, out var older))
        {
            // Which lists it was in follows from its place; more of its past would only grow.
            var before = older.Value.Change.Before.Concat(change.Before).DistinctBy(head => head.Place).TakeLast(MostPast);
            // Of two nodes' changes the later may be heard first.
            var head = older.Value.Change.Head.Seq > change.Head.Seq ? older.Value.Change.Head : change.Head;
            noted = change with { Head = head };
            change = new Change(head, [.. before], change.Moved || older.Value.Change.Moved, change.IsExact && older.Value.Change.IsExact);
            _recent.Remove(older);
        }
        _recentById[change.Head.Id] = _recent.AddLast((++_version, change, change.Head.Ws));
        if (_recent.Count <= MostRemembered)
            return noted;
        _forgotten = _recent.First!.Value.Version;
        _recentById.Remove(_recent.First.Value.Change.Head.Id);
        _recent.RemoveFirst();
        return noted;
    }

    private bool Resume(ListWatch watch, string? cursor)
    {
        if (cursor?.Split('-') is not [var epoch, var text] || epoch != _epoch
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < _forgotten)
            return false;
        for (var node = _recent.Last; node is not null && node.Value.Version > version; node = node.Previous)
        {
            if (node.Value.Ws == watch.Actor.Ws)
                watch.Note(node.Value.Change);
        }
        return true;
    }

    private string Cursor(long version) => string.Create(CultureInfo.InvariantCulture, $"{_epoch}-{version}");

    private async Task Loop()
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                foreach (var watch in Due())
                    await Send(watch);
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private List<ListWatch> Due()
    {
        lock (_gate)
        {
            foreach (var watch in _watches)
                watch.ViewsRest--;
            return [.. _watches.Where(watch => watch.HasPending || watch.CountsAreOld || watch.ViewsAreDue)];
        }
    }

    /// <summary>The counts of the saved views, when they are others than were told last; null: nothing new.</summary>
    private async Task<IReadOnlyDictionary<Guid, int>?> ViewCounts(ListWatch watch)
    {
        lock (_gate)
        {
            if (!watch.ViewsAreDue)
                return null;
            (watch.ViewsAreOld, watch.ViewsRest) = (false, BeatsBetweenViews);
        }
        var counts = await _queries.Counts(watch.Actor, await _views.Of(watch.Actor, _stop.Token), _stop.Token);
        var known = watch.ViewCounts;
        watch.ViewCounts = counts;
        return known is null ? counts.Count == 0 ? null : counts : known.Count == counts.Count && counts.All(one => known.GetValueOrDefault(one.Key, -1) == one.Value) ? null : counts;
    }

    private async Task Send(ListWatch watch)
    {
        try
        {
            List<ConversationHead> rows, gone;
            string cursor;
            bool recount;
            lock (_gate)
            {
                (rows, gone) = watch.Take();
                // With rows still waiting the cursor must not promise them.
                cursor = watch.HasPending ? "" : Cursor(_version);
                (recount, watch.CountsAreOld) = (watch.CountsAreOld, false);
            }
            var counts = recount ? await _queries.Counts(watch.Actor, _stop.Token) : watch.Counts!;
            var views = await ViewCounts(watch);
            if (rows.Count == 0 && gone.Count == 0 && counts == watch.Counts && views is null)
                return;
            watch.Counts = counts;
            watch.Connection.Send(await _frames.Changed(watch.View.Name, cursor, rows, gone, (counts, views), watch.Actor.Rights.Fields));
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            // The database is away: the counts are asked again with the next beat.
            _log.Fault(LogLevel.Warning, trouble, "A list could not be refreshed");
            (watch.CountsAreOld, watch.ViewsAreOld) = (true, true);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(Loop, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
            await _stop.CancelAsync();
        await _loop;
    }

    public void Dispose() => _stop.Dispose();
}
