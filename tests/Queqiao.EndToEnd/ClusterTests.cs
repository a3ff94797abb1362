using System.Diagnostics;
using Queqiao.EndToEnd.Support;
using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Gateway.Support;
using Xunit.Abstractions;

namespace Queqiao.EndToEnd;

/// <summary>A test that needs PostgreSQL, RabbitMQ and HAProxy; skipped with the reason when one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = PostgresCluster.Missing ?? Broker.Missing ?? Balancer.Missing;
}

/// <summary>
/// Three nodes behind HAProxy under load: one is killed, the broker stops answering, one is cut from the network, a fourth joins, all are
/// restarted in turn. Independent books say what was promised; every console that stayed open must show what a fresh one shows.
/// </summary>
public sealed class ClusterTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Frozen = Environment.GetEnvironmentVariable("QUEQIAO_LONG") is null ? TimeSpan.Zero : TimeSpan.FromSeconds(60);

    private readonly Stopwatch _watch = Stopwatch.StartNew();

    [ClusterFact]
    public async Task Three_nodes_lose_nothing_whatever_happens_to_one_of_them_or_to_the_broker()
    {
        await using var cluster = await Cluster.Start();
        Say("three nodes, a broker and a balancer run" + (cluster.Space is null ? "; " + NetworkSpace.Missing : ""));
        using var book = new Book();
        using var crowd = new Crowd(cluster, book);
        await crowd.Arrive(byRest: 4, bySocket: 6, colleagues: 2);
        await crowd.Until(60);
        using var closing = new CancellationTokenSource();
        var consoles = await OpenConsoles(cluster, crowd);
        var staying = consoles.Select(console => console.Stay(closing.Token)).ToList();
        var absent = await BeginToWait(cluster);

        await crowd.Until(100);
        await cluster.Node(2).Kill();
        var killed = Stopwatch.StartNew();
        Say("a node was killed");
        await crowd.Until(100);
        await Until.True(async () => await IsBackInTheQueue(cluster, absent), "who waited for an agent of the dead node is back in the queue", seconds: 60);
        Say($"work of the dead node's agent was back in the queue after {killed.Elapsed.TotalSeconds:0.0} s");

        cluster.Broker.Freeze();
        Say("the broker stopped answering");
        var frozen = Stopwatch.StartNew();
        await Until.True(async () => await WaysOf(cluster) is { Count: > 0 } ways && !ways.Contains("rabbitmq"), "no word goes by the broker", seconds: 60);
        await cluster.StartNode(2);
        do
            await crowd.Until(150);
        while (frozen.Elapsed < Frozen);
        Say($"the broker was away for {frozen.Elapsed.TotalSeconds:0.0} s");
        cluster.Broker.Thaw();
        await Until.True(async () => await WaysOf(cluster) is { Count: > 0 } ways && ways.TrueForAll(way => way == "rabbitmq"), "words go by the broker again", seconds: 60);
        await crowd.Until(50);

        if (cluster.Space is { } space)
        {
            space.Cut();
            Say("a node was cut off");
            var cut = Stopwatch.StartNew();
            await crowd.Until(100);
            await Until.True(async () => await StateOf(cluster, Cluster.Cut) == "lost", "the others know", seconds: 60);
            Say($"the others knew after {cut.Elapsed.TotalSeconds:0.0} s");
            space.Mend();
            await Until.True(async () => await StateOf(cluster, Cluster.Cut) == "serving", "it is back", seconds: 60);
            await crowd.Until(50);
        }

        crowd.BeStrict();
        await cluster.StartNode(3);
        await crowd.Until(100);
        Say("a fourth node joined");
        for (var n = 0; n < 3; n++)
        {
            Assert.Equal(0, await cluster.Node(n).Stop());
            await crowd.Until(50);
            await cluster.StartNode(n);
            Say($"node {n} was restarted");
        }
        await crowd.Until(50);
        var shares = (await cluster.Nodes()).Select(node => $"{node.Key}: {node.Value.Long("connections")}").Order().ToList();
        Say("connections: " + string.Join(", ", shares));
        await crowd.Leave();
        Assert.True(crowd.Complaints.Count == 0, "While a node joined and all were restarted somebody saw:\n" + string.Join('\n', crowd.Complaints.Take(20)));

        foreach (var console in consoles)
            await Agrees(console);
        Say("every console shows what is there");
        await closing.CancelAsync();
        await Task.WhenAll(staying);
        await CompareBooks(cluster, book);
        foreach (var console in consoles)
            await console.DisposeAsync();
    }

    private void Say(string what) => output.WriteLine($"{_watch.Elapsed.TotalSeconds,6:0.0} s  {what}");

    private static async Task<List<ConsoleTab>> OpenConsoles(Cluster cluster, Crowd crowd)
    {
        var consoles = new List<ConsoleTab>();
        string[] views = ["all", "unassigned", "mine"];
        foreach (var view in views)
        {
            var console = new ConsoleTab(cluster.Owner.On(cluster.Address)) { MayStumble = true };
            await console.FollowList(view);
            await console.Connect("ws");
            foreach (var conversation in crowd.Conversations.Keys.Take(6))
                await console.Follow(conversation.ToString());
            consoles.Add(console);
        }
        return consoles;
    }

    /// <summary>A colleague whose only console is at the node that will be killed holds a conversation whose customer waits.</summary>
    private static async Task<string> BeginToWait(Cluster cluster)
    {
        var colleague = await cluster.Colleague("阿明", "agent");
        var customer = await VisitorClient.Open(cluster.Address, cluster.Channel);
        var conversation = (await customer.Say("有人吗？")).Text("conversationId");
        var console = await colleague.On(cluster.AddressOf(2)).Socket();
        await cluster.Owner.Assign(conversation, colleague.Id);
        await Until.True(async () => (await cluster.Owner.Api.Get("/api/v1/presence")).Body.Items().Any(one => one.Text("agentId") == colleague.Id.ToString() && one.Text("status") == "online"), "the colleague is online");
        Assert.False(console.HasEnded);
        return conversation;
    }

    private static async Task<bool> IsBackInTheQueue(Cluster cluster, string conversation)
    {
        try
        {
            return (await cluster.Owner.Row(conversation)).Text("status") == "queued";
        }
        catch (Exception trouble) when (trouble is HttpRequestException or Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    /// <summary>How words come to the nodes that serve.</summary>
    private static async Task<List<string>> WaysOf(Cluster cluster)
    {
        try
        {
            return [.. (await cluster.Nodes()).Values.Where(node => node.Text("state") == "serving").Select(node => node.Text("bus"))];
        }
        catch (Exception trouble) when (trouble is HttpRequestException or Xunit.Sdk.XunitException)
        {
            return []; // asked at a node that goes or comes
        }
    }

    private static async Task<string?> StateOf(Cluster cluster, int n)
    {
        try
        {
            return (await cluster.Nodes())[$"n{n}"].Text("state");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or Xunit.Sdk.XunitException)
        {
            return null; // asked at the node that is away
        }
    }

    private static async Task Agrees(ConsoleTab console)
    {
        string? difference = null;
        try
        {
            await Until.True(async () => (difference = await console.Differs()) is null, "a console that stayed open shows what is there", seconds: 30);
        }
        catch (TimeoutException)
        {
            Assert.Fail(difference);
        }
    }

    private static async Task CompareBooks(Cluster cluster, Book book)
    {
        var promises = book.Read();
        var stored = (await cluster.CheckLog()).Messages.Where(m => m.Message.ClientId.Contains('-', StringComparison.Ordinal)).Select(m => Said.From(m.Entry, m.Message)).ToList();
        var wrong = Books.Compare(promises, stored);
        Assert.True(wrong.Count == 0, $"{promises.Count} acknowledged, {wrong.Count} faults:\n{string.Join('\n', wrong.Take(20))}");
        Assert.Equal(promises.Count, stored.Count); // everybody repeated until they were answered
    }
}
