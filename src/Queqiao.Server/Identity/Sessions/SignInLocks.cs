using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>
/// Wrong passwords for an account from an address, in the store: whoever goes to another node, or waits for a restart, finds the same lock.
/// <see cref="SignInThrottle"/> counts what comes at once; this what came before. Accounts that do not exist are locked alike.
/// </summary>
internal sealed class SignInLocks(IStorageEngine storage, LimitsOptions options, TimeProvider clock)
{
    private const int Ws = FirstWorkspace.Ws; // who a stranger wants to be is nobody's yet: the keys of the first workspace hide it
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Null: go on; otherwise answer with the refusal (429).</summary>
    public async Task<Refusal?> Look(string emailKey, IPAddress? address, CancellationToken ct)
    {
        if (!options.On || KeyOf(emailKey, address) is not { } key)
            return null;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = storage.ReadSystem();
        var until = await db.Table<SignInLock>().Where(one => one.Ws == Ws && one.Key == key).Select(one => (long?)one.LockedUntil).SingleOrDefaultAsync(ct);
        return until > now ? Refusal.TooMany(TimeSpan.FromMilliseconds(until.Value - now)) : null;
    }

    /// <summary>In the transaction that notes the failure.</summary>
    public async Task Failed(WriteUnit unit, string emailKey, IPAddress? address, CancellationToken ct)
    {
        if (!options.On || KeyOf(emailKey, address) is not { } key)
            return;
        var now = unit.Ids.Now();
        var forgotten = now - (long)Memory.TotalMilliseconds;
        await unit.Db.Table<SignInLock>().Where(one => one.Ws == Ws && one.LastAt < forgotten).ExecuteDeleteAsync(ct);
        var known = await unit.Db.Table<SignInLock>().SingleOrDefaultAsync(one => one.Ws == Ws && one.Key == key, ct);
        if (known is null)
        {
            known = new SignInLock { Ws = Ws, Key = key, Tries = 0, LockedUntil = 0, LastAt = now };
            unit.Db.Table<SignInLock>().Add(known);
        }
        (known.Tries, known.LastAt) = (known.Tries + 1, now);
        known.LockedUntil = known.Tries < SignInThrottle.FreeAttempts ? 0 : now + (long)SignInThrottle.LockAfter(known.Tries).TotalMilliseconds;
    }

    /// <summary>In the transaction of a sign-in.</summary>
    public async Task Forget(WriteUnit unit, string emailKey, IPAddress? address, CancellationToken ct)
    {
        if (KeyOf(emailKey, address) is { } key)
            await unit.Db.Table<SignInLock>().Where(one => one.Ws == Ws && one.Key == key).ExecuteDeleteAsync(ct);
    }

    /// <summary>Null while the server is not set up: there is nobody to sign in.</summary>
    private Guid? KeyOf(string emailKey, IPAddress? address) => storage.Vault.Knows(Ws) ? storage.Vault.Tag(Ws, "sign-in lock", $"{emailKey}\n{AddressKey.Write(AddressKey.Of(address))}") : null;
}
