using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Jobs;

/// <summary>Processes on one PostgreSQL wake each other.</summary>
public sealed class CallTests
{
    [PostgresFact]
    public async Task A_process_hears_the_others_and_not_itself()
    {
        await using var store = await Store.Open(Engines.Postgres);
        var (one, other) = (store.Node.Engine, (await store.Start()).Engine);
        using var end = new CancellationTokenSource();
        var heard = 0;
        var hearing = one.Hear("queqiao_test", () => Interlocked.Increment(ref heard), end.Token);
        await Until.True(async () =>
        {
            await other.Call("queqiao_test", CancellationToken.None); // until the first process listens
            return Volatile.Read(ref heard) > 0;
        }, "the other's call is heard");

        var before = Volatile.Read(ref heard);
        for (var i = 0; i < 1000; i++)
            await one.Call("queqiao_test", CancellationToken.None);
        await Until.True(async () =>
        {
            await other.Call("queqiao_test", CancellationToken.None); // comes after the thousand
            return Volatile.Read(ref heard) > before;
        }, "the other is heard again");
        Assert.InRange(Volatile.Read(ref heard) - before, 1, 900);

        await end.CancelAsync();
        await hearing;
    }
}
