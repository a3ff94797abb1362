using System.Collections.Concurrent;
using Queqiao.Server.Platform.Clock;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// People's keys that were used lately. Bounded: two generations, the older one is dropped whole when the younger is full. A key is
/// asked for again after ten minutes, so that one destroyed by another node is not used much longer.
/// </summary>
internal sealed class ContactKeyCache(Ids ids, int most = 8192)
{
    private const long FreshFor = 600_000;

    private readonly Lock _gate = new();
    private ConcurrentDictionary<(int Ws, Guid Contact), Kept> _young = new();
    private ConcurrentDictionary<(int Ws, Guid Contact), Kept> _old = new();
    private long _forgotten;

    private sealed record Kept(ContactKey Key, long At);

    /// <summary>Take before reading from the database; <see cref="Add"/> then knows whether a key was destroyed meanwhile.</summary>
    public long Mark => Interlocked.Read(ref _forgotten);

    public ContactKey? Get(int ws, Guid contact)
    {
        if (_young.TryGetValue((ws, contact), out var kept))
            return Fresh(kept);
        if (!_old.TryGetValue((ws, contact), out kept) || Fresh(kept) is not { } key)
            return null;
        Keep((ws, contact), kept);
        return key;
    }

    public void Add(ContactKey key, long mark)
    {
        var whose = (key.Ws, key.ContactId);
        if (Mark != mark)
            return;
        Keep(whose, new Kept(key, ids.Now()));
        if (Mark != mark)
            Remove(whose);
    }

    public void Forget(int ws, Guid contact)
    {
        Interlocked.Increment(ref _forgotten);
        Remove((ws, contact));
    }

    public void ForgetAll()
    {
        Interlocked.Increment(ref _forgotten);
        lock (_gate)
        {
            _old.Clear();
            _young.Clear();
        }
    }

    private ContactKey? Fresh(Kept kept) => ids.Now() - kept.At < FreshFor ? kept.Key : null;

    private void Keep((int Ws, Guid Contact) whose, Kept kept)
    {
        if (_young.Count >= most)
        {
            lock (_gate)
            {
                if (_young.Count >= most)
                    (_old, _young) = (_young, new());
            }
        }
        _young[whose] = kept;
    }

    private void Remove((int Ws, Guid Contact) whose)
    {
        lock (_gate) // or it could be moved between the generations while both are searched
        {
            _old.TryRemove(whose, out _);
            _young.TryRemove(whose, out _);
        }
    }
}
