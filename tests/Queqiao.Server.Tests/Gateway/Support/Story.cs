using System.Text.Json;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>A random day at work: customers write, colleagues answer, networks come and go.</summary>
/// <param name="site">Where.</param>
/// <param name="seed">Of everything random.</param>
/// <param name="others">More servers of the same store: everybody is at one of them.</param>
internal sealed class Story(Site site, int seed, params Site[] others) : IAsyncDisposable
{
    private static readonly string[] Views = ["mine", "unassigned", "all", "resolved"];
    private static readonly string[] Statuses = ["open", "pending", "resolved"];

    private readonly Random _random = new(seed);
    private readonly List<ConsoleTab> _consoles = [];
    private readonly List<VisitorTab> _tabs = [];
    private readonly List<Task> _running = [];
    private int _said;

    public async Task Begin()
    {
        var scoped = new[] { await site.Agent("agent", name: "阿明"), await site.Agent("agent", name: "Wang") };
        AgentClient[] all = [site.Owner, await site.Agent("supervisor"), .. scoped, scoped[0]];
        Site[] sites = [site, .. others];
        foreach (var (n, agent) in all.Index())
        {
            var console = new ConsoleTab(agent.On(sites[n % sites.Length].Address));
            _consoles.Add(console);
            await console.FollowList(Any(Views));
            await console.Connect("ws");
        }
        for (var i = 0; i < 4; i++)
        {
            var visitor = await site.Visitor();
            for (var tab = 0; tab <= i % 3; tab++)
                _tabs.Add(new VisitorTab(visitor.On(sites[(i + tab) % sites.Length].Address)));
        }
    }

    public async Task Live(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            await Step(await Conversations());
            _running.RemoveAll(task => task.IsCompletedSuccessfully);
            if (_running.Count > 12)
                await Settle();
        }
        await Settle();
    }

    /// <summary>Everybody comes back, and then sees exactly what is there.</summary>
    public async Task End()
    {
        foreach (var console in _consoles.Where(console => !console.IsConnected))
            await console.Connect(Any("ws", "sse"));
        foreach (var tab in _tabs.Where(tab => !tab.IsConnected))
            await tab.Connect(Any("ws", "sse", "poll"));
        foreach (var console in _consoles)
            await Agrees(console.Differs);
        foreach (var tab in _tabs)
            await Agrees(tab.Differs);
        await NothingLeaked();
        Assert.Empty(site.Troubles.Concat(others.SelectMany(other => other.Troubles)));
    }

    private async Task Agrees(Func<Task<string?>> differs)
    {
        string? difference = null;
        try
        {
            await Until.True(async () => (difference = await differs()) is null, "everybody agrees", 15);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Seed {seed}: {difference}");
        }
    }

    private async Task Step(List<JsonElement> conversations)
    {
        var console = Any(_consoles);
        var tab = Any(_tabs);
        var conversation = conversations.Count == 0 ? null : Any(conversations).Text("id");
        switch (_random.Next(100))
        {
            case < 30:
                Run(tab.Say($"Frage {++_said} 你好"));
                break;
            case < 34:
                Run(tab.Read(_random.Next(1, 60)));
                break;
            case < 40:
                await tab.Connect(Any("ws", "ws", "sse", "poll"));
                break;
            case < 44:
                await tab.Disconnect();
                break;
            case < 50 when !tab.IsConnected:
                Run(tab.Poll(_random.Next(2)));
                break;
            case < 55:
                await console.Connect(Any("ws", "ws", "sse"));
                break;
            case < 57:
                await console.Disconnect();
                break;
            case < 62:
                await console.FollowList(Any(Views));
                break;
            case 62:
                site.Time.Move(TimeSpan.FromHours(73));
                break;
            default:
                if (conversation is not null)
                    await Work(console, conversation);
                break;
        }
    }

    private async Task Work(ConsoleTab console, string conversation)
    {
        switch (_random.Next(100))
        {
            case < 30:
                Run(console.Say(conversation, $"Antwort {++_said}", isNote: false));
                break;
            case < 45:
                Run(console.Say(conversation, $"SECRET note {++_said}", isNote: true));
                break;
            case < 62:
                Run(console.Post(conversation, "assign", new { agentId = _random.Next(4) == 0 ? (Guid?)null : Any(_consoles).Who.Id }));
                break;
            case < 74:
                Run(console.Post(conversation, "status", new { status = Any(Statuses), reason = $"SECRET reason {++_said}" }));
                break;
            case < 84:
                Run(console.Read(conversation, _random.Next(1, 60)));
                break;
            case < 96:
                await console.Follow(conversation);
                break;
            default:
                await console.Leave(conversation);
                break;
        }
    }

    /// <summary>Notes, reasons and colleagues' ids stay in the house; a scoped agent hears nothing of what others hold.</summary>
    private async Task NothingLeaked()
    {
        foreach (var tab in _tabs)
        {
            var heard = string.Concat(tab.Heard.Select(live => live.Raw)) + string.Join('\n', await tab.Who.Log());
            Assert.DoesNotContain("SECRET", heard, StringComparison.Ordinal);
            Assert.All(_consoles, console => Assert.DoesNotContain(console.Who.Id.ToString(), heard, StringComparison.OrdinalIgnoreCase));
        }
        var histories = new Dictionary<string, List<JsonElement>>();
        foreach (var conversation in await Conversations())
            histories[conversation.Text("id")] = await site.Owner.Log(conversation.Text("id"));
        foreach (var console in _consoles.Where(console => console.Who.Role == "agent"))
        {
            foreach (var frame in console.Heard.SelectMany(live => live.Entries()))
                Assert.True(MayHear(console.Who.Id, histories[frame.Text("conversation")], frame), $"Seed {seed}: {console.Who.Name} heard {frame}");
        }
    }

    /// <summary>Whether the agent could see the conversation at that entry or later (history comes with it), or it was taken away with that entry.</summary>
    private static bool MayHear(Guid agent, List<JsonElement> history, JsonElement frame)
    {
        var before = true;
        var holder = (string?)null;
        var seq = frame.Long("seq");
        foreach (var item in history)
        {
            var isAssigned = item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "assigned";
            if (isAssigned)
                holder = item.GetProperty("event").GetProperty("to") is { ValueKind: JsonValueKind.Object } to ? to.Text("id") : null;
            var sees = holder is null || holder == agent.ToString();
            if (item.Long("seq") >= seq && (sees || (item.Long("seq") == seq && isAssigned && before)))
                return true;
            before = sees;
        }
        return false;
    }

    private async Task<List<JsonElement>> Conversations() =>
        [.. (await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(System.Net.HttpStatusCode.OK).Items()];

    private void Run(Task task) => _running.Add(task);

    private async Task Settle()
    {
        await Task.WhenAll(_running).WaitAsync(TimeSpan.FromSeconds(60));
        _running.Clear();
    }

    private T Any<T>(params IReadOnlyList<T> among) => among[_random.Next(among.Count)];

    public async ValueTask DisposeAsync()
    {
        foreach (var tab in _tabs.Concat<Tab>(_consoles))
            await tab.DisposeAsync();
    }
}
