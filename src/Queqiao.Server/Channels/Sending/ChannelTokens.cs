using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels.Tokens;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Sending;

/// <summary>
/// Providers' tokens, sealed in the store and shared by all nodes. One fetch at a time: on this node by a gate, between nodes by a
/// hold on the row that ends by itself when its node dies. What a provider has given is never lost while this node lives: with it may
/// have come the only refresh token that is still good.
/// </summary>
internal sealed class ChannelTokens(IStorageEngine storage, Ids ids, TimeProvider clock, Bus? bus = null)
{
    private const string Purpose = "channel token";
    /// <summary>Longer than any chain of calls to a provider, of which each is given up after 20 seconds.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<(int Ws, Guid Key), SemaphoreSlim> _gates = new();
    private readonly ConcurrentDictionary<(int Ws, Guid Key), AccessToken> _fresh = new();
    private readonly ConcurrentDictionary<(int Ws, Guid Key), (AccessToken Token, byte[]? Before)> _unkept = new();
    private readonly string _me = $"{bus?.Node ?? Guid.Empty:N}/{ids.New():N}";

    public ITokenStore For(ChannelAccount account) => new Store(this, account);

    /// <param name="Box">As it stood in the store.</param>
    private sealed record Taken(AccessToken? Token, byte[]? Box, bool Forgotten, bool Mine);

    private async Task<TokenOutcome> Get(ChannelAccount account, string name, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, CancellationToken ct)
    {
        var key = (account.Ws, KeyOf(account, name));
        if (_fresh.TryGetValue(key, out var kept) && IsFresh(kept) && !_unkept.ContainsKey(key))
            return new TokenOutcome.Granted(kept);
        var gate = _gates.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            await KeepLate(key);
            while (true)
            {
                var taken = await Take(account, key.Item2, ct);
                if (taken is { Token: { } token, Forgotten: false } && IsFresh(token))
                    return new TokenOutcome.Granted(_fresh[key] = token);
                if (taken.Mine)
                    return await Fetch(account.Ws, key, taken, fetch);
                await Task.Delay(Look, clock, ct); // another node is fetching it
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Is not given up with the caller: the answer to a request that has left would be lost.</summary>
    private async Task<TokenOutcome> Fetch(int ws, (int Ws, Guid Key) key, Taken before, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch)
    {
        TokenOutcome? outcome = null;
        try
        {
            outcome = await fetch(before.Token, CancellationToken.None);
        }
        finally
        {
            if (outcome is TokenOutcome.Granted granted)
                await Keep(ws, key, granted.Token, before.Box);
            else
                await LetGo(ws, key.Key);
        }
        // Refused perhaps because another node, which was slow, had used up the refresh token and has written down what it got.
        return outcome is TokenOutcome.Denied && await Newer(ws, key.Key, before.Box) is { } other ? new TokenOutcome.Granted(_fresh[key] = other) : outcome;
    }

    /// <summary>
    /// Writes the new token down and lets the row go. Also when the hold is over, as long as nobody has written another one since: a node that
    /// holds it now leaves its own when it has got one.
    /// </summary>
    private async Task Keep(int ws, (int Ws, Guid Key) key, AccessToken token, byte[]? before)
    {
        (_fresh[key], _unkept[key]) = (token, (token, before));
        await storage.Run(ws, async (unit, stop) =>
        {
            var (box, expires) = (unit.Vault.Seal(ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(token, TolerantJson.Options), key.Key), token.ExpiresAt.ToUnixTimeMilliseconds());
            var row = unit.Db.Table<ChannelToken>().Where(row => row.Ws == ws && row.Key == key.Key);
            var kept = await row.Where(row => row.Holder == _me || row.Sealed == before)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, box).SetProperty(row => row.ExpiresAt, expires).SetProperty(row => row.Forgotten, false), stop);
            return kept + await Free(row, stop);
        }, CancellationToken.None);
        _unkept.TryRemove(key, out _);
    }

    /// <summary>Writes down what could not be written when it came; throws while the store is still away.</summary>
    public async Task KeepRest(CancellationToken ct)
    {
        foreach (var key in _unkept.Keys)
        {
            var gate = _gates.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
            await gate.WaitAsync(ct);
            try
            {
                await KeepLate(key);
            }
            finally
            {
                gate.Release();
            }
        }
    }

    /// <summary>What came while the store was away. Behind the gate of its key.</summary>
    private Task KeepLate((int Ws, Guid Key) key) => _unkept.TryGetValue(key, out var late) ? Keep(key.Ws, key, late.Token, late.Before) : Task.CompletedTask;

    private Task<int> LetGo(int ws, Guid key) => storage.Run(ws, (unit, stop) => Free(unit.Db.Table<ChannelToken>().Where(row => row.Ws == ws && row.Key == key), stop), CancellationToken.None);

    private Task<int> Free(IQueryable<ChannelToken> row, CancellationToken ct) => row.Where(row => row.Holder == _me)
        .ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, 0L), ct);

    /// <summary>What another node has written since.</summary>
    private async Task<AccessToken?> Newer(int ws, Guid key, byte[]? before)
    {
        await using var db = storage.Read(ws);
        return await db.Table<ChannelToken>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Key == key && !row.Forgotten && row.Sealed != null && row.Sealed != before, CancellationToken.None) is { Sealed: { } box }
            && Opened(storage.Vault, ws, key, box) is { } token && IsFresh(token) ? token : null;
    }

    private static AccessToken? Opened(Vault vault, int ws, Guid key, byte[] box) => JsonSerializer.Deserialize<AccessToken>(vault.Open(ws, Purpose, box, key), TolerantJson.Options);

    /// <summary>What is kept, and whether this node is the one to fetch another.</summary>
    private async Task<Taken> Take(ChannelAccount account, Guid key, CancellationToken ct)
    {
        try
        {
            return await storage.Run(account.Ws, async (unit, stop) =>
            {
                var now = ids.Now();
                var until = now + (long)Hold.TotalMilliseconds;
                var row = await unit.Db.Table<ChannelToken>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == account.Ws && row.Key == key, stop);
                if (row is null)
                {
                    unit.Db.Table<ChannelToken>().Add(new ChannelToken { Ws = account.Ws, Key = key, ChannelId = account.ChannelId, ExpiresAt = 0, Forgotten = false, Holder = _me, HeldUntil = until });
                    await unit.Db.SaveChangesAsync(stop);
                    return new Taken(null, null, Forgotten: false, Mine: true);
                }
                var token = row.Sealed is { } box ? Opened(unit.Vault, account.Ws, key, box) : null;
                if (token is not null && !row.Forgotten && IsFresh(token))
                    return new Taken(token, row.Sealed, Forgotten: false, Mine: false);
                // Still what was read: the node that held it may have written a new one down and let go in between. Its own hold is one that it
                // could not let go of: its gate is passed by one at a time.
                var mine = await unit.Db.Table<ChannelToken>().Where(one => one.Ws == account.Ws && one.Key == key && (one.Holder == null || one.Holder == _me || one.HeldUntil <= now)
                        && one.ExpiresAt == row.ExpiresAt && one.Forgotten == row.Forgotten)
                    .ExecuteUpdateAsync(set => set.SetProperty(one => one.Holder, _me).SetProperty(one => one.HeldUntil, until), stop) == 1;
                return new Taken(token, row.Sealed, row.Forgotten, mine);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return new Taken(null, null, Forgotten: false, Mine: false);
        }
    }

    private async Task Forget(ChannelAccount account, string name, string value, CancellationToken ct)
    {
        var key = (account.Ws, Key: KeyOf(account, name));
        if (_fresh.TryGetValue(key, out var kept) && kept.Value == value)
            _fresh.TryRemove(key, out _);
        await storage.Run(account.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<ChannelToken>().SingleOrDefaultAsync(row => row.Ws == key.Ws && row.Key == key.Key, stop);
            if (row?.Sealed is { } box && Opened(unit.Vault, key.Ws, key.Key, box)?.Value == value)
                row.Forgotten = true;
            await unit.Db.SaveChangesAsync(stop);
            return 0;
        }, ct);
    }

    private bool IsFresh(AccessToken token) => token.IsFresh(clock.GetUtcNow());

    private Guid KeyOf(ChannelAccount account, string name) => storage.Vault.Tag(account.Ws, Purpose, $"{account.ChannelId:N}/{account.Version}/{name}");

    private sealed class Store(ChannelTokens tokens, ChannelAccount account) : ITokenStore
    {
        public Task<TokenOutcome> Get(string key, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, CancellationToken ct) => tokens.Get(account, key, fetch, ct);

        public Task Forget(string key, string value, CancellationToken ct) => tokens.Forget(account, key, value, ct);
    }
}
