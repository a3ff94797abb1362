using Queqiao.Server.Conversations;

namespace Queqiao.Server.Demo;

/// <summary>Somebody who once wrote to the shop.</summary>
/// <param name="Name">Null: a visitor whom nobody has named.</param>
/// <param name="FirstAt">Of their first message, in Unix milliseconds.</param>
internal sealed record DemoCustomer(string Identity, string? Name, long FirstAt);

/// <summary>One command to the log.</summary>
/// <param name="Ordinal">Position in the customer's conversation, from 0.</param>
internal sealed record DemoStep(long At, string Identity, int Ordinal, Sender By, bool Begins, Func<ConversationHead, string, Decision> Decide);

/// <summary>
/// Two weeks of a shop's customer service, written down as commands to the log. The same seed and the same instant give the same
/// two weeks; nothing lies in the future.
/// </summary>
internal sealed class DemoScript
{
    public const int Conversations = 300;
    private const int Queued = 22;
    private const int Open = 46;
    private const int Pending = 14;
    private const long Second = 1000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    private readonly Random _random;
    private readonly DemoTalk _talk;
    private readonly IReadOnlyList<Person> _agents;
    private readonly Person _english;
    private readonly long _now;

    /// <param name="agents">Those who answer; the last one in English, the others in Chinese.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="seed">Of everything that is chosen by chance.</param>
    public DemoScript(IReadOnlyList<Person> agents, long now, int seed)
    {
        _random = new Random(seed);
        _talk = new DemoTalk(_random, DemoShop.Instance);
        (_agents, _english, _now) = (agents, agents[^1], now);
        for (var i = 0; i < Conversations; i++)
            Write(i);
        Steps.Sort((a, b) => (a.At, a.Identity, a.Ordinal).CompareTo((b.At, b.Identity, b.Ordinal)));
    }

    public List<DemoCustomer> Customers { get; } = [];

    /// <summary>In the order in which they happened.</summary>
    public List<DemoStep> Steps { get; } = [];

    private void Write(int index)
    {
        var english = _random.Next(7) == 0;
        var identity = $"demo{index:000}";
        var agent = english ? _english : _agents[_random.Next(_agents.Count - 1)];
        var first = Steps.Count;
        switch (index)
        {
            case < Queued:
                Play(identity, agent, _talk.Waiting(english), _now - _random.NextInt64(Minute, 150 * Minute));
                break;
            case < Queued + Open:
                WriteOpen(identity, agent, _talk.Dialogue(english));
                break;
            case < Queued + Open + Pending:
                WriteClosing(identity, agent, _talk.Dialogue(english), _now - _random.NextInt64(3 * Hour, 4 * Day), ConversationStatus.Pending);
                break;
            default:
                WriteClosing(identity, agent, _talk.Dialogue(english), InOpeningHours(_random.NextInt64(6 * Hour, 13 * Day)), ConversationStatus.Resolved);
                break;
        }
        var name = _random.Next(4) == 0 ? null : english ? DemoPeople.English(_random) : DemoPeople.Chinese(_random);
        Customers.Add(new DemoCustomer(identity, name, Steps[first].At));
    }

    /// <summary>Cut anywhere behind the first answer; sometimes a supervisor gave it to the agent.</summary>
    private void WriteOpen(string identity, Person agent, IReadOnlyList<Turn> dialogue)
    {
        var firstAnswer = dialogue.ToList().FindIndex(turn => turn.Voice == Voice.Agent) + 1;
        var turns = dialogue.Take(_random.Next(firstAnswer, dialogue.Count + 1)).ToList();
        var end = _now - (long)(Math.Pow(_random.NextDouble(), 2) * 30 * Hour) - Minute;
        var last = Play(identity, agent, turns, end);
        if (turns[^1].Voice != Voice.Customer && _random.Next(2) == 0)
            Add(last, identity, ByCustomer, (head, _) => head.MarkRead(SenderKind.Contact, head.Seq));
    }

    private void WriteClosing(string identity, Person agent, IReadOnlyList<Turn> dialogue, long end, string status)
    {
        var last = Play(identity, agent, dialogue, end - 2 * Minute);
        Add(last + 5 * Second, identity, ByCustomer, (head, _) => head.MarkRead(SenderKind.Contact, head.Seq));
        Add(last + 40 * Second, identity, By(agent), (head, _) => head.MarkRead(SenderKind.Agent, head.Seq));
        Add(last + Minute, identity, By(agent), (head, _) => head.SetStatus(status, null));
    }

    /// <summary>Says the turns so that the last one falls on an instant.</summary>
    /// <returns>When the last one was said.</returns>
    private long Play(string identity, Person agent, IReadOnlyList<Turn> turns, long end)
    {
        var pauses = turns.Select(turn => PauseBefore(turn.Voice)).ToList();
        var at = end - pauses.Skip(1).Sum();
        for (var i = 0; i < turns.Count; i++)
        {
            at += i == 0 ? 0 : pauses[i];
            var text = turns[i].Text;
            switch (turns[i].Voice)
            {
                case Voice.Customer:
                    Add(at, identity, ByCustomer, (head, clientId) => head.CustomerSays(text, clientId));
                    break;
                case Voice.Agent:
                    Add(at, identity, By(agent), (head, clientId) => head.AgentSays(text, clientId, agent));
                    break;
                default:
                    Add(at, identity, By(agent), (head, clientId) => head.AddNote(text, clientId));
                    break;
            }
        }
        return at;
    }

    private long PauseBefore(Voice voice) => voice switch
    {
        Voice.Customer => _random.NextInt64(15 * Second, 4 * Minute),
        Voice.Agent => _random.NextInt64(20 * Second, 3 * Minute),
        _ => _random.NextInt64(5 * Second, 40 * Second),
    };

    private static readonly Sender ByCustomer = new(SenderKind.Contact, null, null);

    private static Sender By(Person agent) => new(SenderKind.Agent, agent.Id, agent.Name);

    private readonly Dictionary<string, int> _ordinals = [];

    private void Add(long at, string identity, Sender by, Func<ConversationHead, string, Decision> decide)
    {
        var ordinal = _ordinals.GetValueOrDefault(identity);
        _ordinals[identity] = ordinal + 1;
        Steps.Add(new DemoStep(at, identity, ordinal, by, Begins: ordinal == 0, decide));
    }

    /// <summary>An instant so long ago, moved into the hours from 9 to 22 in Shanghai (UTC+8, no summer time).</summary>
    private long InOpeningHours(long ago)
    {
        var at = _now - ago;
        var hour = (at / Hour + 8) % 24;
        return hour is >= 9 and < 22 ? at : at - 11 * Hour;
    }
}
