using System.Collections.Concurrent;
using System.Net;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Slows guessing down: ten failures within five minutes for an account from one address.</summary>
internal sealed class SignInThrottle(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private const int Most = 10;
    private readonly ConcurrentDictionary<(string, IPAddress?), (int Count, long Since)> _failures = new();

    public TimeSpan? Check(string account, IPAddress? address) =>
        _failures.TryGetValue((account, address), out var failed) && failed.Count >= Most && clock.GetElapsedTime(failed.Since) is var since && since < Window
            ? Window - since : null;

    public void Failed(string account, IPAddress? address) => _failures.AddOrUpdate((account, address), _ => (1, clock.GetTimestamp()),
        (_, old) => clock.GetElapsedTime(old.Since) < Window ? (old.Count + 1, old.Since) : (1, clock.GetTimestamp()));

    public void Succeeded(string account, IPAddress? address) => _failures.TryRemove((account, address), out _);
}
