using System.Collections.Concurrent;

namespace Queqiao.Channels.Tokens;

/// <summary>For one process.</summary>
public sealed class MemoryTokenStore(TimeProvider clock) : ITokenStore, IDisposable
{
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    private sealed class Entry : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public AccessToken? Token { get; set; }

        public bool IsForgotten { get; set; }

        public void Dispose() => Gate.Dispose();
    }

    public async Task<TokenOutcome> Get(string key, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, CancellationToken ct)
    {
        var entry = entries.GetOrAdd(key, _ => new Entry());
        await entry.Gate.WaitAsync(ct);
        try
        {
            if (entry.Token is { } kept && !entry.IsForgotten && kept.IsFresh(clock.GetUtcNow()))
                return new TokenOutcome.Granted(kept);
            var outcome = await fetch(entry.Token, ct);
            if (outcome is TokenOutcome.Granted granted)
                (entry.Token, entry.IsForgotten) = (granted.Token, false);
            return outcome;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    public async Task Forget(string key, string value, CancellationToken ct)
    {
        if (!entries.TryGetValue(key, out var entry))
            return;
        await entry.Gate.WaitAsync(ct);
        try
        {
            entry.IsForgotten |= entry.Token?.Value == value;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var entry in entries.Values)
            entry.Dispose();
    }
}
