using System.Net;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Security;

/// <summary>
/// Slows guessing down, for accounts that exist and for those that do not alike. An attempt counts when it begins, so that many at
/// once gain nothing, and is given back when it succeeds.
/// <list type="bullet">
/// <item>account and address together: 5 free, then locked for 30 s, doubling up to 15 minutes; forgotten after an hour or a success;</item>
/// <item>account from anywhere: 30, then one a minute, against guessing from many addresses;</item>
/// <item>address for any account: 60, then one every ten seconds, against one password on many accounts.</item>
/// </list>
/// The last two count over all nodes (<see cref="LimitShare"/>), the first at each by itself, and in the store what came before
/// (<c>SignInLocks</c>).
/// Someone who guesses from one address does therefore not lock out the owner, who is at another.
/// </summary>
internal sealed class SignInThrottle(TimeProvider clock, LimitsOptions options, LimitShare? share = null)
{
    public const int FreeAttempts = 5;
    private const int MostPairs = 50_000;
    private static readonly TimeSpan FirstLock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly KeyedLimiter<Account> _accounts = new KeyedLimiter<Account>(clock, Rate.PerMinute(1, burst: 30), capacity: 50_000)
        .Shared(share, "sign-ins of accounts", static account => account.Hash.ToString(System.Globalization.CultureInfo.InvariantCulture), static text => new Account(UInt128.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var hash) ? hash : 0));
    private readonly KeyedLimiter<AddressKey> _addresses = new KeyedLimiter<AddressKey>(clock, Rate.PerMinute(6, burst: 60), capacity: 50_000)
        .Shared(share, "sign-ins of addresses", AddressKey.Write, AddressKey.Read);
    private readonly Dictionary<(Account, AddressKey), Tries> _pairs = [];

    // 128 bits of a hash: no e-mail address lies in memory, and its length does not matter.
    private readonly record struct Account(UInt128 Hash)
    {
        public static Account Of(string email)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToUpperInvariant()), hash);
            return new Account(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash));
        }
    }

    private readonly record struct Tries(int Count, long LockedUntil, long LastAt);

    /// <summary>Pairs remembered now.</summary>
    public int Remembered
    {
        get
        {
            lock (_pairs)
                return _pairs.Count;
        }
    }

    /// <summary>Call before the password is looked at. Null: go on; otherwise answer with the refusal (429).</summary>
    public Refusal? Begin(string email, IPAddress? address)
    {
        if (!options.On)
            return null;
        var (account, from) = (Account.Of(email), AddressKey.Of(address));
        if (!_addresses.TryTake(from, out var wait))
            return Refusal.TooMany(wait);
        if (LockOf((account, from)) is { } locked)
            return Refusal.TooMany(locked);
        if (!_accounts.TryTake(account, out wait))
            return Refusal.TooMany(wait);
        return null;
    }

    /// <summary>Call when the password was right.</summary>
    public void Succeeded(string email, IPAddress? address)
    {
        var (account, from) = (Account.Of(email), AddressKey.Of(address));
        _accounts.GiveBack(account);
        _addresses.GiveBack(from);
        lock (_pairs)
            _pairs.Remove((account, from));
    }

    private TimeSpan? LockOf((Account, AddressKey) pair)
    {
        var now = TokenBucket.Ticks(clock);
        lock (_pairs)
        {
            var known = _pairs.TryGetValue(pair, out var tries) && now - tries.LastAt < Memory.Ticks ? tries : default;
            if (known.LockedUntil > now)
                return TimeSpan.FromTicks(known.LockedUntil - now);
            if (known.Count == 0 && _pairs.Count >= MostPairs)
                Forget(now);
            var count = known.Count + 1;
            _pairs[pair] = new Tries(count, count < FreeAttempts ? 0 : now + LockAfter(count).Ticks, now);
            return null;
        }
    }

    // After the 5th attempt 30 s, after the 6th 60 s …
    public static TimeSpan LockAfter(int count)
    {
        var doublings = Math.Min(count - FreeAttempts, 10);
        var length = FirstLock * (1 << doublings);
        return length < LongestLock ? length : LongestLock;
    }

    // First what has been forgotten anyway, then those who tried least.
    private void Forget(long now)
    {
        foreach (var (pair, tries) in _pairs)
        {
            if (now - tries.LastAt >= Memory.Ticks)
                _pairs.Remove(pair);
        }
        if (_pairs.Count < MostPairs)
            return;
        foreach (var (pair, _) in _pairs.OrderBy(p => p.Value.Count).ThenBy(p => p.Value.LastAt).Take(MostPairs / 8).ToArray())
            _pairs.Remove(pair);
    }
}
