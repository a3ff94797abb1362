namespace Queqiao.Channels.Reading;

/// <summary>What all events that come of one item share; makes them.</summary>
internal sealed record EventHead(string Key, string Raw)
{
    public string? Account { get; init; }

    public Person? Person { get; init; }

    public Place? Place { get; init; }

    public DateTimeOffset? At { get; init; }

    public EventDirection Direction { get; init; }

    public bool IsStandby { get; init; }

    public bool IsRedelivery { get; init; }

    public IReadOnlyDictionary<string, string> ReplyWith { get; init; } = Nothing.Facts;

    public T On<T>(T made)
        where T : InboundEvent => made with
    {
        DedupeKey = Key, At = At, AccountId = Account, Person = Person, Place = Place ?? (Person is null ? null : new Place(Person.Id)), Direction = Direction, IsStandby = IsStandby, IsRedelivery = IsRedelivery,
        ReplyWith = made.ReplyWith.Count > 0 ? made.ReplyWith : ReplyWith, Raw = Raw,
    };

    public MessageReceived Message(string type, string? id, string? text, IReadOnlyList<MessagePart> parts, string? replyTo = null, bool isForwarded = false, IReadOnlyDictionary<string, string>? facts = null) =>
        On(new MessageReceived { Type = type, DedupeKey = Key, MessageId = id, Text = text, Parts = parts, ReplyTo = replyTo, IsForwarded = isForwarded, Facts = facts ?? Nothing.Facts });

    /// <summary>A message, or what is kept of one in which nothing was understood.</summary>
    public InboundEvent Said(string type, string? id, string? text, IReadOnlyList<MessagePart> parts, string? replyTo = null, bool isForwarded = false, IReadOnlyDictionary<string, string>? facts = null) =>
        text is null && parts.Count == 0 ? Unsupported(type, isMessage: true, id) : Message(type, id, text, parts, replyTo, isForwarded, facts);

    public ButtonPressed Pressed(string type, string? payload, string? text = null, string? target = null, string? id = null, IReadOnlyDictionary<string, string>? facts = null) =>
        On(new ButtonPressed { Type = type, DedupeKey = Key, Payload = payload, Text = text, TargetId = target, MessageId = id, Facts = facts ?? Nothing.Facts });

    public MessageEdited Edited(string type, string target, string? text, IReadOnlyList<MessagePart>? parts = null) => On(new MessageEdited { Type = type, DedupeKey = Key, TargetId = target, Text = text, Parts = parts ?? [] });

    public MessageRecalled Recalled(string type, string target) => On(new MessageRecalled { Type = type, DedupeKey = Key, TargetId = target });

    public ReactionChanged Reacted(string type, string target, string? emoji, bool isRemoved) => On(new ReactionChanged { Type = type, DedupeKey = Key, TargetId = target, Emoji = emoji, IsRemoved = isRemoved });

    public DeliveryReported Status(string type, DeliveryState state, string? target, Failure? failure = null, IReadOnlyDictionary<string, string>? facts = null) =>
        On(new DeliveryReported(state) { Type = type, DedupeKey = Key, TargetIds = target is null ? [] : [target], Failure = failure, Facts = facts ?? Nothing.Facts }) with { Direction = EventDirection.Outbound };

    public Noted Noted(string type, string what, IReadOnlyDictionary<string, string>? facts = null) => On(new Noted(what) { Type = type, DedupeKey = Key, Facts = facts ?? Nothing.Facts });

    public Followed Followed(string type, IReadOnlyDictionary<string, string>? facts = null) => On(new Followed { Type = type, DedupeKey = Key, Facts = facts ?? Nothing.Facts });

    public Unfollowed Unfollowed(string type) => On(new Unfollowed { Type = type, DedupeKey = Key });

    public Unsupported Unsupported(string type, bool isMessage, string? id = null, Failure? failure = null) => On(new Unsupported { Type = type, DedupeKey = Key, IsMessage = isMessage, MessageId = id, Failure = failure });
}
