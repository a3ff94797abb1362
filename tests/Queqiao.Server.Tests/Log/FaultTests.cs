using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

/// <summary>The database goes away, or has no room left. Whoever sends hears the truth and repeats; nothing acknowledged is lost.</summary>
public sealed class FaultTests
{
    [PrivatePostgresFact]
    public async Task PostgreSQL_is_killed_under_load_and_comes_back()
    {
        await using var cluster = await PostgresCluster.StartPrivate();
        await using var store = await Store.Open(Engines.Postgres, database: await cluster.Create());
        var book = new ConcurrentDictionary<string, LogOutcome.Stored>();
        var refusals = 0;
        var senders = Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var n = 0; n < 300; n++)
            {
                var id = $"{sender}-{n}";
                while (!book.ContainsKey(id))
                {
                    try
                    {
                        book[id] = (await store.Node.CustomerSays($"v{sender}", id, id)).Stored();
                    }
                    catch (StorageUnavailableException away) when (away.Code == "storage_unavailable")
                    {
                        Interlocked.Increment(ref refusals);
                        await Task.Delay(20);
                    }
                }
            }
        })).ToArray();

        for (var round = 1; round <= 2; round++)
        {
            await Until.True(() => book.Count > round * 300, "some messages are stored");
            await cluster.Kill();
            var before = refusals;
            await Until.True(() => refusals > before, "senders are told that the store is away");
            Assert.False(await store.Node.Engine.Ready(CancellationToken.None));
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Node.Engine.Run(1, (_, _) => Task.FromResult(0), CancellationToken.None));
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Node.Engine.RunSystem((_, _) => Task.FromResult(0), CancellationToken.None));
            await cluster.Start();
            await Until.True(() => store.Node.Engine.Ready(CancellationToken.None), "the store has recovered by itself", seconds: 15);
        }

        await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(60));
        var log = await store.CheckLog();
        Assert.Equal(8 * 300, log.Messages.Count());
        for (var sender = 0; sender < 8; sender++)
            Assert.Equal(Enumerable.Range(0, 300).Select(n => $"{sender}-{n}"), log.Texts(book[$"{sender}-0"].ConversationId));
        foreach (var (entry, message) in log.Messages)
            Assert.Equal((entry.ConversationId, entry.Seq, entry.At), (book[message.ClientId].ConversationId, book[message.ClientId].Seq, book[message.ClientId].At));
    }

    [SmallDiskFact]
    public async Task SQLite_on_a_full_disk_refuses_and_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk(megabytes: 16);
        await using var store = await Store.Open(Engines.Sqlite, folder: Path.Combine(disk.Folder, "data"));
        var ballast = Path.Combine(disk.Folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[6 << 20]);
        var text = new string('满', ConversationRules.MostText);

        var acknowledged = new List<string>();
        var refused = new List<string>();
        for (var n = 0; refused.Count < 20; n++) // the checkpointer may make a little room once more
        {
            Assert.True(n < 5000, "The disk never filled.");
            try
            {
                (await store.Node.CustomerSays($"v{n % 5}", text, $"c{n}")).Stored();
                acknowledged.Add($"c{n}");
            }
            catch (StorageUnavailableException no)
            {
                refused.Add(no.Code);
                var unit = await Record.ExceptionAsync(() => store.Node.Engine.Run(1, async (unit, _) =>
                    await unit.Connection.Run($"UPDATE channel SET settings = '{text}'"), CancellationToken.None));
                refused.Add((unit as StorageUnavailableException)?.Code ?? "storage_full");
            }
        }
        Assert.All(refused, code => Assert.Equal("storage_full", code));

        File.Delete(ballast);
        await Until.True(async () =>
        {
            try
            {
                (await store.Node.CustomerSays("v9", text, "after")).Stored();
                return true;
            }
            catch (StorageUnavailableException)
            {
                return false;
            }
        }, "the store takes messages again", seconds: 15);

        var log = await store.CheckLog();
        Assert.Equal(acknowledged.Append("after").Order(StringComparer.Ordinal), log.Messages.Select(m => m.Message.ClientId).Order(StringComparer.Ordinal));
        await using var reader = new SqliteConnection($"Data Source={store.Options.SqliteFile};Pooling=false");
        await reader.OpenAsync();
        Assert.Equal("ok", await reader.Run("PRAGMA integrity_check"));
    }
}
