using System.Runtime.InteropServices;

namespace Queqiao.Server.Platform.Security;

/// <summary>
/// One <see cref="TokenBucket"/> per key in bounded memory. Full buckets say nothing and go first when room is needed; then the
/// fullest eighth, so that a flood of new keys does not set those free who are being held back.
/// </summary>
internal sealed class KeyedLimiter<TKey>
    where TKey : notnull
{
    private const int Shards = 16;
    private readonly TimeProvider _clock;
    private readonly Rate _rate;
    private readonly int _roomPerShard;
    private readonly Dictionary<TKey, TokenBucket>[] _shards;
    private Action<TKey, int>? _used;

    /// <param name="clock">Only its monotonic time is used.</param>
    /// <param name="rate">For every key alike.</param>
    /// <param name="capacity">Keys remembered at most; about 60 bytes each besides the key.</param>
    public KeyedLimiter(TimeProvider clock, Rate rate, int capacity = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Shards);
        _clock = clock;
        _rate = rate;
        _roomPerShard = capacity / Shards;
        _shards = [.. Enumerable.Range(0, Shards).Select(_ => new Dictionary<TKey, TokenBucket>())];
    }

    /// <summary>Keys remembered now.</summary>
    public int Count => _shards.Sum(s =>
    {
        lock (s)
            return s.Count;
    });

    /// <summary>Takes <paramref name="cost"/> tokens of the key, or none and says when they will be there.</summary>
    public bool TryTake(TKey key, out TimeSpan retryAfter, int cost = 1)
    {
        var shard = ShardOf(key);
        var now = TokenBucket.Ticks(_clock);
        lock (shard)
        {
            if (shard.Count >= _roomPerShard && !shard.ContainsKey(key))
                MakeRoom(shard, now);
            ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(shard, key, out _);
            if (!bucket.TryTake(_rate, now, out retryAfter, cost))
                return false;
        }
        _used?.Invoke(key, cost);
        return true;
    }

    /// <summary>How many tokens the key has left, and when all of them will be there.</summary>
    public (int Left, TimeSpan FullIn) State(TKey key)
    {
        var shard = ShardOf(key);
        lock (shard)
            return shard.GetValueOrDefault(key).State(_rate, TokenBucket.Ticks(_clock));
    }

    /// <summary>Counts what is used at other nodes, and tells them what is used here.</summary>
    /// <param name="share">Carries it; null: there are no others.</param>
    /// <param name="name">The same on every node.</param>
    /// <param name="write">A key as text without tabs and line ends.</param>
    /// <param name="read">And back; null: it is none.</param>
    public KeyedLimiter<TKey> Shared(LimitShare? share, string name, Func<TKey, string> write, Func<string, TKey?> read)
    {
        if (share is null)
            return this;
        share.Add(name, Math.Max(1, (int)(LimitShare.Every / _rate.Each / 4)), (text, cost) =>
        {
            if (read(text) is { } key)
                Charge(key, cost);
        });
        _used = (key, cost) =>
        {
            if (share.IsOn)
                share.Used(name, write(key), cost);
        };
        return this;
    }

    private void Charge(TKey key, int cost)
    {
        var shard = ShardOf(key);
        var now = TokenBucket.Ticks(_clock);
        lock (shard)
        {
            if (shard.Count >= _roomPerShard && !shard.ContainsKey(key))
                MakeRoom(shard, now);
            ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(shard, key, out _);
            if (cost > 0)
                bucket.Charge(_rate, now, cost);
            else
                bucket.GiveBack(_rate, -cost);
        }
    }

    /// <summary>Gives back what was taken for something that turned out harmless.</summary>
    public void GiveBack(TKey key, int count = 1)
    {
        var shard = ShardOf(key);
        lock (shard)
        {
            ref var bucket = ref CollectionsMarshal.GetValueRefOrNullRef(shard, key);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref bucket))
                bucket.GiveBack(_rate, count);
        }
        _used?.Invoke(key, -count);
    }

    private Dictionary<TKey, TokenBucket> ShardOf(TKey key) => _shards[(uint)key.GetHashCode() % Shards];

    private void MakeRoom(Dictionary<TKey, TokenBucket> shard, long now)
    {
        foreach (var (key, bucket) in shard)
        {
            if (bucket.FullAt <= now)
                shard.Remove(key);
        }
        if (shard.Count < _roomPerShard)
            return;
        foreach (var (key, _) in shard.OrderBy(b => b.Value.FullAt).Take(Math.Max(1, shard.Count / 8)).ToArray())
            shard.Remove(key);
    }
}
