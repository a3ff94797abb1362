using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Queqiao.Channels;
using Queqiao.Channels.Tokens;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Sending;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Providers' tokens: one fetch at a time for all servers, and another one when it is no longer taken or its fetcher died.</summary>
public sealed class TokenTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Two_servers_fetch_a_token_once(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var account = new ChannelAccount(1, outside.Channel, "api", new ChannelSettings(new Dictionary<string, string>()), "v1");
        ITokenStore Server() => new ChannelTokens(site.Storage, site.The<Ids>(), site.Time).For(account);
        var (one, two) = (Server(), Server());
        var (fetches, began, gate) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        async Task<TokenOutcome> Fetch(AccessToken? before, CancellationToken ct)
        {
            var number = Interlocked.Increment(ref fetches);
            began.TrySetResult();
            await gate.Task;
            return new TokenOutcome.Granted(new AccessToken($"t{number}", site.Time.GetUtcNow().AddHours(2)));
        }
        static string ValueOf(TokenOutcome outcome) => Assert.IsType<TokenOutcome.Granted>(outcome).Token.Value;

        var all = Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : two).Get("access", Fetch, default)).ToList();
        await began.Task;
        gate.SetResult();
        Assert.All(await Task.WhenAll(all), outcome => Assert.Equal("t1", ValueOf(outcome)));
        Assert.Equal(1, fetches);
        Assert.Equal("t1", ValueOf(await Server().Get("access", Fetch, default))); // a third server finds it in the store

        // The provider takes it no longer; who says so of an older one says nothing.
        await one.Forget("access", "t0", default);
        Assert.Equal("t1", ValueOf(await one.Get("access", Fetch, default)));
        await one.Forget("access", "t1", default);
        Assert.Equal("t2", ValueOf(await one.Get("access", Fetch, default)));
        Assert.Equal("t2", ValueOf(await Server().Get("access", Fetch, default)));

        // Before it ends another one is fetched.
        site.Time.Move(TimeSpan.FromMinutes(119));
        Assert.Equal("t3", ValueOf(await two.Get("access", Fetch, default)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_server_that_died_while_it_fetched_holds_nobody_up(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var account = new ChannelAccount(1, outside.Channel, "api", new ChannelSettings(new Dictionary<string, string>()), "v1");
        var never = new TaskCompletionSource<TokenOutcome>();
        var began = new TaskCompletionSource();
        var slow = new ChannelTokens(site.Storage, site.The<Ids>(), site.Time).For(account).Get("access", (_, _) =>
        {
            began.SetResult();
            return never.Task;
        }, default);
        await began.Task;
        site.Time.Move(TimeSpan.FromSeconds(61));
        var other = await new ChannelTokens(site.Storage, site.The<Ids>(), site.Time).For(account).Get("access", (_, _) => Task.FromResult<TokenOutcome>(new TokenOutcome.Granted(new AccessToken("fresh", site.Time.GetUtcNow().AddHours(1)))), default);
        Assert.Equal("fresh", Assert.IsType<TokenOutcome.Granted>(other).Token.Value);
        never.SetResult(Late);
        Assert.Equal("fresh", Assert.IsType<TokenOutcome.Granted>(await slow).Token.Value); // late, and refused: it takes what is there now
    }

    /// <summary>A refresh token that is good once: whoever got the next one writes it down, however slow it was and whatever became of its hold.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task What_a_slow_server_got_is_not_lost_when_another_has_taken_its_hold(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var account = new ChannelAccount(1, outside.Channel, "api", new ChannelSettings(new Dictionary<string, string>()), "v1");
        ITokenStore Server() => new ChannelTokens(site.Storage, site.The<Ids>(), site.Time).For(account);
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var caller = new CancellationTokenSource();
        var slow = Server().Get("access", async (_, ct) =>
        {
            began.SetResult();
            await gate.Task;
            ct.ThrowIfCancellationRequested();
            return new TokenOutcome.Granted(new AccessToken("first", site.Time.GetUtcNow().AddHours(2), "once-1"));
        }, caller.Token);
        await began.Task;
        site.Time.Move(TimeSpan.FromSeconds(61));
        var other = Server();
        var refused = await other.Get("access", (_, _) => Task.FromResult(Late), default); // the provider knows the old refresh token no longer
        Assert.IsType<TokenOutcome.Denied>(refused);
        await caller.CancelAsync(); // its caller is gone
        gate.SetResult();
        Assert.IsType<TokenOutcome.Granted>(await slow);

        var seen = await other.Get("access", (_, _) => Task.FromResult(Late), default);
        Assert.Equal("once-1", Assert.IsType<TokenOutcome.Granted>(seen).Token.Refresh);
        site.Time.Move(TimeSpan.FromHours(3));
        AccessToken? before = null;
        await Server().Get("access", (old, _) => { before = old; return Task.FromResult(Late); }, default);
        Assert.Equal("once-1", before?.Refresh);
    }

    /// <summary>Two had the hold one after the other: the one that was refused finds what the other has written meanwhile.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task Who_is_refused_takes_what_another_server_got_meanwhile(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var account = new ChannelAccount(1, outside.Channel, "api", new ChannelSettings(new Dictionary<string, string>()), "v1");
        ITokenStore Server() => new ChannelTokens(site.Storage, site.The<Ids>(), site.Time).For(account);
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource<TokenOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        var slow = Server().Get("access", (_, _) => { began.SetResult(); return gate.Task; }, default);
        await began.Task;
        site.Time.Move(TimeSpan.FromSeconds(61));
        var other = await Server().Get("access", async (_, _) =>
        {
            gate.SetResult(new TokenOutcome.Granted(new AccessToken("first", site.Time.GetUtcNow().AddHours(2), "once-1")));
            await slow;
            return Late;
        }, default);
        Assert.Equal("first", Assert.IsType<TokenOutcome.Granted>(other).Token.Value);
    }

    /// <summary>The store was away when a token came, or when the row was to be let go: neither is lost, and the server does not wait for itself.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task What_came_while_the_store_was_away_is_written_down_and_ones_own_hold_is_none(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var account = new ChannelAccount(1, outside.Channel, "api", new ChannelSettings(new Dictionary<string, string>()), "v1");
        var store = DispatchProxy.Create<IStorageEngine, Away>();
        var away = (Away)(object)store;
        away.Real = site.Storage;
        var tokens = new ChannelTokens(store, site.The<Ids>(), site.Time);
        Task<TokenOutcome> Came(AccessToken? before, CancellationToken ct)
        {
            away.IsAway = true;
            return Task.FromResult<TokenOutcome>(new TokenOutcome.Granted(new AccessToken("t1", site.Time.GetUtcNow().AddHours(2), "once-1")));
        }
        await Assert.ThrowsAsync<StorageUnavailableException>(() => tokens.For(account).Get("access", Came, default));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => tokens.KeepRest(default));
        away.IsAway = false;
        await tokens.KeepRest(default);
        var seen = await new ChannelTokens(site.Storage, site.The<Ids>(), site.Time).For(account).Get("access", (_, _) => throw new InvalidOperationException("it is there"), default);
        Assert.Equal("once-1", Assert.IsType<TokenOutcome.Granted>(seen).Token.Refresh);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => tokens.For(account).Get("other", (_, _) =>
        {
            away.IsAway = true;
            return Task.FromResult(Late);
        }, default));
        away.IsAway = false;
        var again = await tokens.For(account).Get("other", (_, _) => Task.FromResult<TokenOutcome>(new TokenOutcome.Granted(new AccessToken("t2", site.Time.GetUtcNow().AddHours(2)))), default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("t2", Assert.IsType<TokenOutcome.Granted>(again).Token.Value);
    }

    /// <summary>A store that is away when the test says so.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "the proxy is a subtype that is made when the test runs")]
    internal class Away : DispatchProxy
    {
        public IStorageEngine Real { get; set; } = null!;

        public bool IsAway { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            IsAway && targetMethod!.Name == "Run" ? throw new StorageUnavailableException("storage_unavailable", TimeSpan.FromSeconds(1)) : targetMethod!.Invoke(Real, args);
    }

    private static readonly TokenOutcome Late = new TokenOutcome.Denied(new Failure(ErrorClass.Retry, "late", new("迟了", "late")));
}
