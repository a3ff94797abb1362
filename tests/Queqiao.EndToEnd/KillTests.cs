using System.Collections.Concurrent;
using Queqiao.EndToEnd.Support;
using Queqiao.Server.Conversations;

namespace Queqiao.EndToEnd;

/// <summary>
/// kill -9 at random under load. Independent clients keep their own books; afterwards the server and the raw database are
/// compared with them: lost, doubled, altered, reordered must be 0.
/// </summary>
public sealed class KillTests
{
    private const int Visitors = 16;

    private static readonly int Kills = Environment.GetEnvironmentVariable("QUEQIAO_LONG") is null ? 3 : 20;

    [Theory, OnSqlite, OnPostgres]
    public async Task What_was_acknowledged_survives_kill_9(string engine)
    {
        var seed = Environment.TickCount & 0xffffff;
        var random = new Random(seed);
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        using var book = new Book();
        using var enough = new CancellationTokenSource();
        var known = new ConcurrentDictionary<Guid, bool>();
        var channel = await owner.NewChannel();
        var senders = new List<Task>();
        for (var n = 0; n < Visitors; n++)
            senders.Add(Chat(await Visitor.Arrive(site.Address, channel, bySocket: n % 2 == 0), $"v{n}", book, known, enough.Token));
        for (var n = 0; n < 2; n++)
            senders.Add(Answer(owner, $"a{n}", book, known, enough.Token));

        for (var kill = 0; kill < Kills; kill++)
        {
            var target = book.Count + random.Next(50, 400);
            await Until.True(() => book.Count >= target || senders.Exists(sender => sender.IsFaulted), "more messages are acknowledged", seconds: 60);
            await site.Kill();
            await site.StartServer();
        }
        var last = book.Count + 200;
        await Until.True(() => book.Count >= last || senders.Exists(sender => sender.IsFaulted), "senders went on after the last kill", seconds: 60);
        await enough.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(60));

        var promises = book.Read();
        var stored = (await site.CheckLog()).Messages.Select(m => Said.From(m.Entry, m.Message)).ToList();
        var told = await ReadByRest(owner);
        var wrong = Books.Compare(promises, stored).Select(fault => "database: " + fault).Concat(Books.Compare(promises, told).Select(fault => "REST: " + fault)).ToList();
        Assert.True(wrong.Count == 0, $"{engine}, seed {seed}, {promises.Count} acknowledged, {wrong.Count} faults:\n{string.Join('\n', wrong.Take(20))}");
        Assert.Equal(promises.Count, stored.Count); // everybody repeated until they were answered, so nothing unacknowledged is left
    }

    [Fact]
    public void The_comparison_notices_each_fault()
    {
        var conversation = Guid.NewGuid();
        Promise Promised(int n) => new("v", n, $"v-{n}", conversation, n, Book.HashOf($"text {n}"));
        Said Stored(int n) => new($"v-{n}", conversation, n, $"text {n}");
        Promise[] book = [Promised(1), Promised(2), Promised(3)];

        Assert.Empty(Books.Compare(book, [Stored(1), Stored(2), Stored(3)]));
        Assert.Contains(Books.Compare(book, [Stored(1), Stored(3)]), fault => fault.StartsWith("lost", StringComparison.Ordinal));
        Assert.Contains(Books.Compare(book, [Stored(1), Stored(2), Stored(2) with { Seq = 9 }, Stored(3)]), fault => fault.StartsWith("doubled", StringComparison.Ordinal));
        Assert.Contains(Books.Compare(book, [Stored(1), Stored(2) with { Text = "other" }, Stored(3)]), fault => fault.StartsWith("altered", StringComparison.Ordinal));
        Assert.Contains(Books.Compare(book, [Stored(1), Stored(2) with { Seq = 3 }, Stored(3) with { Seq = 2 }]), fault => fault.StartsWith("reordered", StringComparison.Ordinal));
        Assert.Contains(Books.Compare(book, [Stored(1), Stored(2) with { Seq = 4 }, Stored(3) with { Seq = 5 }]), fault => fault.StartsWith("moved", StringComparison.Ordinal));
    }

    private static async Task Chat(Visitor visitor, string name, Book book, ConcurrentDictionary<Guid, bool> known, CancellationToken enough)
    {
        using (visitor)
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var (id, text) = ($"{name}-{number}", TextOf(name, number));
                (Guid Conversation, long Seq)? where;
                while ((where = await visitor.TrySend(id, text)) is null)
                    await Task.Delay(50, CancellationToken.None); // as a client does between tries
                known[where.Value.Conversation] = true;
                book.Write(new Promise(name, number, id, where.Value.Conversation, where.Value.Seq, Book.HashOf(text)));
            }
        }
    }

    private static async Task Answer(Owner owner, string name, Book book, ConcurrentDictionary<Guid, bool> known, CancellationToken enough)
    {
        var random = new Random(name.GetHashCode(StringComparison.Ordinal));
        await Until.True(() => !known.IsEmpty, "a visitor has written");
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var (id, text) = ($"{name}-{number}", TextOf(name, number));
            var conversation = random.GetItems(known.Keys.ToArray(), 1)[0];
            for (var done = false; !done;)
            {
                try
                {
                    var answer = await owner.Reply(conversation, id, text);
                    book.Write(new Promise(name, number, id, conversation, answer.GetProperty("seq").GetInt64(), Book.HashOf(text)));
                    done = true;
                }
                catch (Exception trouble) when (trouble is OperationCanceledException or HttpRequestException { StatusCode: null or System.Net.HttpStatusCode.ServiceUnavailable })
                {
                    await Task.Delay(50, CancellationToken.None);
                }
            }
        }
    }

    private static string TextOf(string name, int number) => $"{name} 第 {number} 条 😀 {new string((char)('a' + number % 26), number % 300)}";

    private static async Task<List<Said>> ReadByRest(Owner owner)
    {
        var said = new List<Said>();
        foreach (var conversation in await owner.Conversations())
        {
            said.AddRange((await owner.Read(conversation)).Where(item => item.GetProperty("kind").GetString() == "message")
                .Select(item => new Said(item.GetProperty("clientId").GetString()!, conversation, item.GetProperty("seq").GetInt64(), item.GetProperty("text").GetString()!)));
        }
        return said;
    }
}
