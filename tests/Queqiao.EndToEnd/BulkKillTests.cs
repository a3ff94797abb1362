using Queqiao.EndToEnd.Support;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.EndToEnd;

/// <summary>
/// kill -9 in the middle of jobs: a row of bulk changes, each of them over many conversations. Whatever was killed, every conversation
/// is changed once by each of them, in their order.
/// </summary>
public sealed class BulkKillTests
{
    private const int Conversations = 120;
    private const int Changes = 12;

    [Theory, OnSqlite(3), OnPostgres(1)] // on PostgreSQL a dead server's jobs wait for their lease to run out
    public async Task Jobs_survive_kill_9_and_do_nothing_twice(string engine, int kills)
    {
        var seed = Environment.TickCount & 0xffffff;
        var random = new Random(seed);
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        var channel = await owner.NewChannel();
        for (var n = 0; n < Conversations; n++)
        {
            using var visitor = await Visitor.Arrive(site.Address, channel, bySocket: false);
            Assert.NotNull(await visitor.TrySend($"c{n}", "您好"));
        }
        var bulks = new List<Guid>();
        for (var n = 0; n < Changes; n++)
            bulks.Add((await owner.Send(HttpMethod.Post, "/api/v1/conversations/bulk", new { action = new { type = "priority", priority = PriorityOf(n) }, filter = new { view = "all" } })).GetProperty("id").GetGuid());

        for (var kill = 0; kill < kills; kill++)
        {
            var target = random.Next(Conversations * Changes * kill / kills, Conversations * Changes * (kill + 1) / kills);
            await Until.True(async () => await Done(owner, bulks) >= target, "the changes go on", seconds: 120);
            await site.Kill();
            await site.StartServer();
        }
        await Until.True(async () => await Done(owner, bulks) >= Conversations * Changes, "all is done", seconds: (int)JobStore.Lease.TotalSeconds + 120);

        var changes = (await site.CheckLog()).Entries.Where(entry => entry.Body is PriorityChanged).ToLookup(entry => entry.ConversationId, entry => ((PriorityChanged)entry.Body).To);
        Assert.Equal(Conversations, changes.Count);
        Assert.All(changes, of => Assert.True(of.SequenceEqual(Enumerable.Range(0, Changes).Select(PriorityOf)), $"{engine}, seed {seed}: {of.Key} went {string.Join(", ", of)}"));
    }

    private static string PriorityOf(int n) => n % 2 == 0 ? "high" : "low";

    /// <summary>Conversations that were changed, over all bulk changes; what was asked in the moment of a kill counts nothing.</summary>
    private static async Task<int> Done(Owner owner, List<Guid> bulks)
    {
        var done = 0;
        foreach (var bulk in bulks)
        {
            var view = await owner.Send(HttpMethod.Get, $"/api/v1/conversations/bulk/{bulk}");
            Assert.Equal(0, view.GetProperty("failed").GetInt32() + view.GetProperty("unchanged").GetInt32());
            done += view.GetProperty("changed").GetInt32();
        }
        return done;
    }
}
