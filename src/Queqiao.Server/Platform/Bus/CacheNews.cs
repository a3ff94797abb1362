using System.Text;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// What was kept in memory and changed on one node is forgotten on the others at once. Should the word be lost, it grows old by itself in
/// a few seconds (<see cref="Storage.FreshCache{TKey, TValue}"/>).
/// </summary>
internal sealed class CacheNews
{
    private const string Everything = "*";

    private readonly Dictionary<string, Action<string?>> _caches = [];
    private readonly IBus _bus;

    public CacheNews(IBus bus)
    {
        _bus = bus;
        bus.On(BusTopics.Caches, Hear);
        bus.Restored += ForgetAll;
    }

    /// <param name="name">Of the cache; the same on every node.</param>
    /// <param name="forget">The key as text; null: everything.</param>
    public void Add(string name, Action<string?> forget)
    {
        lock (_caches)
            _caches[name] = forget;
    }

    /// <summary>Something of this cache changed here.</summary>
    public void Tell(string name, string? key)
    {
        if (_bus.HasPeers)
            _bus.Tell(BusTopics.Caches, Encoding.UTF8.GetBytes($"{name}\n{key ?? Everything}"));
    }

    private void Hear(Guid node, ReadOnlyMemory<byte> word)
    {
        if (Encoding.UTF8.GetString(word.Span).Split('\n', 2) is not [var name, var key])
            return;
        Action<string?>? forget;
        lock (_caches)
            forget = _caches.GetValueOrDefault(name);
        forget?.Invoke(key == Everything ? null : key);
    }

    /// <summary>Words may have been missed.</summary>
    private void ForgetAll()
    {
        Action<string?>[] all;
        lock (_caches)
            all = [.. _caches.Values];
        foreach (var forget in all)
            forget(null);
    }
}
