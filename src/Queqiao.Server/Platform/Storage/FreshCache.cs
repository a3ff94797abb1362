using System.Collections.Concurrent;
using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Platform.Storage;

/// <summary>
/// Rows that are asked for at every request, kept for a few seconds: as long as another node may take to notice a change.
/// A change on this node is noticed at once by <see cref="Forget"/>. What is not there is never kept.
/// </summary>
internal sealed class FreshCache<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<TKey, Kept> _kept = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _freshFor;
    private readonly CacheNews? _news;
    private readonly string _name;
    private long _forgotten;

    /// <param name="clock">The time.</param>
    /// <param name="freshFor">How long another node's change may go unnoticed when its word is lost.</param>
    /// <param name="news">Tells other nodes what changed here, and this one what changed there; null: nobody does.</param>
    /// <param name="name">The same on every node.</param>
    public FreshCache(TimeProvider clock, TimeSpan freshFor, CacheNews? news = null, string name = "")
    {
        (_clock, _freshFor, _news, _name) = (clock, freshFor, news, name);
        news?.Add(name, Hear);
    }

    private sealed record Kept(TValue Value, long Since);

    /// <summary>The value as it was less than <c>freshFor</c> ago, or what <paramref name="load"/> gives.</summary>
    public async ValueTask<TValue?> Get(TKey key, Func<TKey, CancellationToken, Task<TValue?>> load, CancellationToken ct)
    {
        if (_kept.TryGetValue(key, out var kept) && _clock.GetElapsedTime(kept.Since) < _freshFor)
            return kept.Value;

        var before = Interlocked.Read(ref _forgotten);
        var since = _clock.GetTimestamp();
        var value = await load(key, ct);
        if (value is null)
            _kept.TryRemove(key, out _);
        else if (Interlocked.Read(ref _forgotten) == before) // else it may have been read before the change that was forgotten
            Keep(key, new Kept(value, since), before);
        return value;
    }

    /// <summary>The same where nothing may wait for a task.</summary>
    public TValue? GetNow(TKey key, Func<TKey, TValue?> load)
    {
        if (_kept.TryGetValue(key, out var kept) && _clock.GetElapsedTime(kept.Since) < _freshFor)
            return kept.Value;
        var before = Interlocked.Read(ref _forgotten);
        var since = _clock.GetTimestamp();
        var value = load(key);
        if (value is null)
            _kept.TryRemove(key, out _);
        else if (Interlocked.Read(ref _forgotten) == before)
            Keep(key, new Kept(value, since), before);
        return value;
    }

    /// <summary>The value changed: the next reader asks the database.</summary>
    public void Forget(TKey key)
    {
        Interlocked.Increment(ref _forgotten);
        _kept.TryRemove(key, out _);
        _news?.Tell(_name, key.ToString());
    }

    /// <summary>Every value for which the condition holds changed.</summary>
    public void ForgetWhere(Func<TValue, bool> changed)
    {
        Interlocked.Increment(ref _forgotten);
        foreach (var (key, kept) in _kept)
        {
            if (changed(kept.Value))
                _kept.TryRemove(key, out _);
        }
        _news?.Tell(_name, null);
    }

    /// <summary>The next reader asks the database; on this node only, where the change may have come from another.</summary>
    public void ForgetHere(TKey key)
    {
        Interlocked.Increment(ref _forgotten);
        _kept.TryRemove(key, out _);
    }

    /// <summary>Another node's change.</summary>
    private void Hear(string? key)
    {
        Interlocked.Increment(ref _forgotten);
        if (key is null)
            _kept.Clear();
        foreach (var one in _kept.Keys.Where(one => one.ToString() == key))
            _kept.TryRemove(one, out _);
    }

    private void Keep(TKey key, Kept kept, long before)
    {
        if (_kept.Count >= Most)
            DropStale();
        _kept[key] = kept;
        if (Interlocked.Read(ref _forgotten) != before)
            _kept.TryRemove(key, out _);
    }

    private void DropStale()
    {
        foreach (var (key, kept) in _kept)
        {
            if (_clock.GetElapsedTime(kept.Since) >= _freshFor)
                _kept.TryRemove(key, out _);
        }
        if (_kept.Count >= Most)
            _kept.Clear();
    }
}
