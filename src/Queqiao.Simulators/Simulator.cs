using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators;

/// <summary>How a platform may be told to fail.</summary>
public enum Trouble
{
    None,

    /// <summary>429 and what the platform says with it.</summary>
    RateLimited,

    /// <summary>The tokens given out so far are no longer taken.</summary>
    ExpiredToken,

    /// <summary>503 and a page that is no JSON.</summary>
    Broken,

    /// <summary>No answer at all; whoever serves the simulator waits until the caller gives up.</summary>
    Hanging,

    /// <summary>Nobody may be written to any more.</summary>
    WindowClosed,
}

/// <summary>
/// One account on a platform, played. Promises: nothing is taken that the platform would refuse for its form, and what it
/// delivers has the platform's own form and signature. Safe for several threads.
/// </summary>
public abstract class Simulator(string kind, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, SimPerson> people = new(StringComparer.Ordinal);
    private readonly List<SimMessage> sent = [];
    private readonly Dictionary<string, SimFile> files = new(StringComparer.Ordinal);
    private readonly HashSet<string> tokens = new(StringComparer.Ordinal);
    private long last;

    public string Kind { get; } = kind;

    /// <summary>What an administrator enters, but for the address of the API.</summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    public Trouble Trouble { get; set; }

    /// <summary>Somebody was written to. Called outside of any lock.</summary>
    public event EventHandler<SimMessage>? Received;

    /// <summary>What the account's API has taken, oldest first.</summary>
    public IReadOnlyList<SimMessage> Sent
    {
        get
        {
            lock (gate)
                return [.. sent];
        }
    }

    /// <summary>Typing and read marks that the account's API has taken, oldest first.</summary>
    public ConcurrentQueue<string> Signals { get; } = new();

    /// <summary>What the account's API has not taken, and why.</summary>
    public List<string> Refused { get; } = [];

    protected DateTimeOffset Now => clock.GetUtcNow();

    protected long Seconds => Now.ToUnixTimeSeconds();

    protected long Milliseconds => Now.ToUnixTimeMilliseconds();

    /// <summary>A customer of the platform; the same name is the same person.</summary>
    public SimPerson Person(string name)
    {
        lock (gate)
        {
            if (people.Values.FirstOrDefault(one => one.Name == name) is { } known)
                return known;
            var made = new SimPerson(NewPersonId(name), name) { Unionid = "uni-" + Sign.Hex(Sign.Sha256(name))[..20] };
            return people[made.Id] = made;
        }
    }

    public SimPerson? Find(string id)
    {
        lock (gate)
            return people.GetValueOrDefault(id);
    }

    /// <summary>The answer of the platform's API.</summary>
    public SimAnswer Answer(SimRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Trouble == Trouble.Broken)
            return new SimAnswer(503, "text/html", "<html>busy</html>"u8.ToArray());
        if (Trouble == Trouble.RateLimited)
            return TooMany();
        if (Trouble == Trouble.ExpiredToken)
        {
            lock (gate)
                tokens.Clear();
            Trouble = Trouble.None;
            if (!IssuesTokens)
                return Denied();
        }
        var answer = On(request);
        if (answer.Status >= 400)
            Refused.Add($"{request.Method} {request.Path}: {answer.Status} {answer.Text}");
        return answer;
    }

    /// <summary>A customer writes. They come back into the window by it.</summary>
    public SimHook Says(SimPerson person, string text)
    {
        ArgumentNullException.ThrowIfNull(person);
        person.LastWrote = Now;
        person.SentSince = 0;
        return Text(person, text);
    }

    /// <summary>A customer sends a file; null when the platform carries none.</summary>
    public SimHook? SendsImage(SimPerson person, string baseUrl, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(person);
        person.LastWrote = Now;
        person.SentSince = 0;
        return Image(person, Keep(new SimFile(bytes, "image/png", "photo.png")), baseUrl.TrimEnd('/'));
    }

    /// <summary>A customer presses a button of a message that they got; null: it has none there.</summary>
    public SimHook? Presses(SimMessage message, int button)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.To.LastWrote = Now;
        message.To.SentSince = 0;
        return JsonNode.Parse(message.Raw) is JsonObject raw ? Press(message, raw, button) : null;
    }

    /// <summary>What the platform tells of a message that it took; null where it tells nothing.</summary>
    public virtual SimHook? Receipt(SimMessage message, SimReceipt what) => null;

    /// <summary>The platform proves the webhook's address; null where it does not.</summary>
    public virtual SimHook? Handshake() => null;

    /// <summary>Whether what came back from the handshake is what the platform waits for.</summary>
    public virtual bool IsProved(SimHook handshake, int status, string body) => status is >= 200 and < 300;

    protected abstract SimAnswer On(SimRequest request);

    protected abstract SimHook Text(SimPerson person, string text);

    protected virtual SimHook? Press(SimMessage message, JsonObject raw, int button) => null;

    protected virtual SimHook? Image(SimPerson person, string fileId, string baseUrl) => null;

    protected virtual string NewPersonId(string name) => "u" + Sign.Hex(Sign.Sha256(Kind + name))[..24];

    protected virtual bool IssuesTokens => false;

    protected virtual SimAnswer Denied() => SimAnswer.Json(401, """{"message":"unauthorized"}""");

    protected virtual SimAnswer TooMany() => SimAnswer.Json(429, """{"message":"too many requests"}""") with { RetryAfter = 7 };

    /// <summary>Ids rise and are never given twice, also not by the next process.</summary>
    protected long NextNumber()
    {
        lock (gate)
            return last = Math.Max(last + 1, Milliseconds);
    }

    protected string NextId() => NextNumber().ToString(CultureInfo.InvariantCulture);

    protected string NewToken()
    {
        var token = "token-" + NextId();
        lock (gate)
            tokens.Add(token);
        return token;
    }

    protected bool IsToken(string? token)
    {
        lock (gate)
            return token is not null && tokens.Contains(token);
    }

    /// <summary>Whether somebody may be written to: within so long after they wrote, so many times.</summary>
    protected bool IsOpen(SimPerson person, TimeSpan window, int most = int.MaxValue) =>
        Trouble != Trouble.WindowClosed && person.LastWrote is { } at && at + window > Now && person.SentSince < most;

    protected SimMessage Take(SimPerson person, string type, string? text, JsonNode? raw, string? id = null)
    {
        var message = new SimMessage(id ?? NextId(), person, type, text, Now) { Raw = raw?.ToJsonString(Sign.Plain) ?? "" };
        person.SentSince++;
        lock (gate)
            sent.Add(message);
        Received?.Invoke(this, message);
        return message;
    }

    /// <summary>The account changes one of its messages, or takes it back (no text). False: there is no such message.</summary>
    protected bool Revise(string? id, string? text)
    {
        lock (gate)
        {
            var index = sent.FindIndex(one => one.Id == id && !one.IsGone);
            if (index < 0)
                return false;
            sent[index] = text is null ? sent[index] with { IsGone = true } : sent[index] with { Text = text };
            return true;
        }
    }

    protected string Keep(SimFile file)
    {
        var id = "file" + NextId();
        lock (gate)
            files[id] = file;
        return id;
    }

    protected SimAnswer Give(string id)
    {
        lock (gate)
            return files.TryGetValue(id, out var file) ? new SimAnswer(200, file.Mime, file.Bytes) { FileName = file.Name } : SimAnswer.Json(404, """{"message":"not found"}""");
    }

    protected static string Digits(string seed, int count) => string.Concat(Sign.Sha256(seed).Select(one => (one % 10).ToString(CultureInfo.InvariantCulture)))[..count];
}
