using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels.Tokens;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Sending;

/// <summary>
/// Providers' tokens, sealed in the store and shared by all nodes. One fetch at a time: on this node by a gate, between nodes by a
/// hold on the row that ends by itself when its node dies.
/// </summary>
internal sealed class ChannelTokens(IStorageEngine storage, Ids ids, TimeProvider clock, Bus? bus = null)
{
    private const string Purpose = "channel token";
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<(int Ws, Guid Key), SemaphoreSlim> _gates = new();
    private readonly ConcurrentDictionary<(int Ws, Guid Key), AccessToken> _fresh = new();
    private readonly string _me = $"{bus?.Node ?? Guid.Empty:N}/{ids.New():N}";

    public ITokenStore For(ChannelAccount account) => new Store(this, account);

    private async Task<TokenOutcome> Get(ChannelAccount account, string name, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, CancellationToken ct)
    {
        var key = (account.Ws, KeyOf(account, name));
        if (_fresh.TryGetValue(key, out var kept) && IsFresh(kept))
            return new TokenOutcome.Granted(kept);
        var gate = _gates.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            while (true)
            {
                var (token, forgotten, mine) = await Take(account, key.Item2, ct);
                if (token is not null && !forgotten && IsFresh(token))
                    return new TokenOutcome.Granted(_fresh[key] = token);
                if (mine)
                    return await Fetch(account, key, token, fetch, ct);
                await Task.Delay(Look, clock, ct); // another node is fetching it
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<TokenOutcome> Fetch(ChannelAccount account, (int Ws, Guid Key) key, AccessToken? before, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, CancellationToken ct)
    {
        TokenOutcome? outcome = null;
        try
        {
            outcome = await fetch(before, ct);
            return outcome;
        }
        finally
        {
            await Keep(account, key, (outcome as TokenOutcome.Granted)?.Token);
        }
    }

    /// <summary>Writes the new token down and lets the row go, whatever happened.</summary>
    private async Task Keep(ChannelAccount account, (int Ws, Guid Key) key, AccessToken? token)
    {
        await storage.Run(account.Ws, (unit, stop) =>
        {
            var mine = unit.Db.Table<ChannelToken>().Where(row => row.Ws == key.Ws && row.Key == key.Key && row.Holder == _me);
            if (token is null)
                return mine.ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, 0L), stop);
            var (box, expires) = (unit.Vault.Seal(key.Ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(token, TolerantJson.Options), key.Key), token.ExpiresAt.ToUnixTimeMilliseconds());
            return mine.ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, box).SetProperty(row => row.ExpiresAt, expires).SetProperty(row => row.Forgotten, false)
                .SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, 0L), stop);
        }, CancellationToken.None);
        if (token is not null)
            _fresh[key] = token;
    }

    /// <summary>What is kept, and whether this node is the one to fetch another.</summary>
    private async Task<(AccessToken? Token, bool Forgotten, bool Mine)> Take(ChannelAccount account, Guid key, CancellationToken ct)
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
                    return ((AccessToken?)null, false, true);
                }
                var token = row.Sealed is { } box ? JsonSerializer.Deserialize<AccessToken>(unit.Vault.Open(account.Ws, Purpose, box, key), TolerantJson.Options) : null;
                if (token is not null && !row.Forgotten && IsFresh(token))
                    return (token, false, false);
                // Still what was read: the node that held it may have written a new one down and let go in between.
                var mine = await unit.Db.Table<ChannelToken>().Where(one => one.Ws == account.Ws && one.Key == key && (one.Holder == null || one.HeldUntil <= now)
                        && one.ExpiresAt == row.ExpiresAt && one.Forgotten == row.Forgotten)
                    .ExecuteUpdateAsync(set => set.SetProperty(one => one.Holder, _me).SetProperty(one => one.HeldUntil, until), stop) == 1;
                return (token, row.Forgotten, mine);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return (null, false, false);
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
            if (row?.Sealed is { } box && JsonSerializer.Deserialize<AccessToken>(unit.Vault.Open(key.Ws, Purpose, box, key.Key), TolerantJson.Options)?.Value == value)
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
