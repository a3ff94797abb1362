using Queqiao.Channels.Reading;

namespace Queqiao.Channels.WeChat;

/// <summary>What every message of the family says: from whom, to whom, when.</summary>
internal sealed record Head(string? Account, Person? Person, DateTimeOffset? At, string? MessageId, string Created, string Raw)
{
    public Place? Place => Person is null ? null : new Place(Person.Id);

    /// <summary>The provider's advice: MsgId, and for what has none sender and time.</summary>
    public string Key => MessageId ?? (Person is null || Created.Length == 0 ? Events.HashKey(Raw) : $"{Person.Id}:{Created}");

    public IReadOnlyDictionary<string, string> Facts { get; init; } = Nothing.Facts;

    public static Head Of(Node message, string raw) => new(
        message["ToUserName"].Filled,
        message["FromUserName"].Filled is { } from ? new Person(from) { Also = message["UnionId"].Filled is { } union ? new Dictionary<string, string> { ["unionid"] = union } : Nothing.Facts } : null,
        Instant.Seconds(message["CreateTime"].Long),
        message["MsgId"].Filled, message["CreateTime"].Text ?? "", raw)
    {
        Facts = message["AgentID"].Filled is { } agent ? new Dictionary<string, string> { ["agent_id"] = agent } : Nothing.Facts,
    };

    public string EventKey(string name) => Person is null || Created.Length == 0 ? Events.HashKey(Raw) : $"{Person.Id}:{Created}:{name}";

    public MessageReceived Message(string type, params MessagePart[] parts) => new()
    {
        Type = type, DedupeKey = Key, At = At, AccountId = Account, Person = Person, Place = Place, Raw = Raw, MessageId = MessageId, Parts = parts, Facts = Facts,
    };

    public ButtonPressed Pressed(string name, string? payload) => new()
    {
        Type = "event." + name, DedupeKey = EventKey(name), At = At, AccountId = Account, Person = Person, Place = Place, Raw = Raw, Payload = payload,
    };

    public Unsupported Unsupported(string type, bool isMessage) => new()
    {
        Type = type, DedupeKey = isMessage ? Key : EventKey(type), At = At, AccountId = Account, Person = Person, Place = Place, Raw = Raw, MessageId = MessageId, IsMessage = isMessage,
    };
}
