using System.Collections.Concurrent;

namespace Queqiao.Server.Platform.Storage;

/// <summary>
/// Rows that are asked for at every request, kept for a few seconds: as long as another node may take to notice a change.
/// A change on this node is noticed at once by <see cref="Forget"/>. What is not there is never kept.
/// </summary>
internal sealed class FreshCache<TKey, TValue>(TimeProvider clock, TimeSpan freshFor)
    where TKey : notnull
    where TValue : class
{
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<TKey, Kept> _kept = new();
    private long _forgotten;

    private sealed record Kept(TValue Value, long Since);

    /// <summary>The value as it was less than <c>freshFor</c> ago, or what <paramref name="load"/> gives.</summary>
    public async ValueTask<TValue?> Get(TKey key, Func<TKey, CancellationToken, Task<TValue?>> load, CancellationToken ct)
    {
        if (_kept.TryGetValue(key, out var kept) && clock.GetElapsedTime(kept.Since) < freshFor)
            return kept.Value;

        var before = Interlocked.Read(ref _forgotten);
        var since = clock.GetTimestamp();
        var value = await load(key, ct);
        if (value is null)
            _kept.TryRemove(key, out _);
        else if (Interlocked.Read(ref _forgotten) == before) // else it may have been read before the change that was forgotten
            Keep(key, new Kept(value, since), before);
        return value;
    }

    /// <summary>The value changed: the next reader asks the database.</summary>
    public void Forget(TKey key)
    {
        Interlocked.Increment(ref _forgotten);
        _kept.TryRemove(key, out _);
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
            if (clock.GetElapsedTime(kept.Since) >= freshFor)
                _kept.TryRemove(key, out _);
        }
        if (_kept.Count >= Most)
            _kept.Clear();
    }
}
