using System.Collections.Concurrent;

namespace Queqiao.Server.Contacts;

/// <summary>Whoever brings wrong codes is not heard for a while. In memory of this node: a code lives for half an hour only.</summary>
internal sealed class LinkTries(TimeProvider clock)
{
    private const int Most = 5;
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, (int Count, DateTimeOffset First)> _wrong = new(StringComparer.Ordinal);

    public bool May(string who) => !_wrong.TryGetValue(who, out var tries) || tries.Count < Most || tries.First + Rest < clock.GetUtcNow();

    public void Failed(string who)
    {
        var now = clock.GetUtcNow();
        if (_wrong.Count > MostRemembered)
        {
            foreach (var old in _wrong.Where(one => one.Value.First + Rest < now).Select(one => one.Key))
                _wrong.TryRemove(old, out _);
        }
        _wrong.AddOrUpdate(who, (1, now), (_, tries) => tries.First + Rest < now ? (1, now) : (tries.Count + 1, tries.First));
    }
}
