using Queqiao.Server.Platform.Problems;
using System.Globalization;
using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Channels.Windows;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Recognising;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>What an event of a platform is in our words. Pure.</summary>
internal static class EventReading
{
    private const int MostText = 100_000;
    private const int MostName = 100;
    private const int MostIdentity = 400;

    /// <summary>By the platform's clock where it tells one; else where they stand.</summary>
    public static IReadOnlyList<InboundEvent> InOrder(IReadOnlyList<InboundEvent> events)
    {
        var last = DateTimeOffset.MinValue;
        return [.. events.Select((one, index) => (one, index, At: last = one.At ?? last)).OrderBy(one => one.At).ThenBy(one => one.index).Select(one => one.one)];
    }

    /// <summary>Whose conversation it belongs to; null: nobody's. In a group all talk in one conversation; who cannot be recognised is known by the place.</summary>
    public static CustomerKey? WhoOf(Guid channel, InboundEvent one)
    {
        if (one.Direction == EventDirection.None)
            return null;
        var identity = one.Place is { IsGroup: true } group ? $"group:{group.Id}{(group.Thread is { Length: > 0 } thread ? ":" + thread : "")}"
            : one.Person is { Id.Length: > 0 } person ? person.Id
            : one.Place is { Id.Length: > 0 } place ? "place:" + place.Id
            : null;
        // Longer ones would be cut by nobody else; a hash is as good a name.
        return identity is null ? null : new CustomerKey(channel, identity.Length <= MostIdentity ? identity
            : "long:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(identity))));
    }

    /// <summary>Null: conversations need not know.</summary>
    public static Incoming? Read(InboundEvent one, CustomerKey who, ReplyPolicy? policy, Reactions? signs = null)
    {
        var at = one.At?.ToUnixTimeMilliseconds();
        Incoming? read = one switch
        {
            MessageReceived { Direction: EventDirection.Outbound } message => new Incoming.SaidByUs(who, one.DedupeKey, TextOf(message.Text, message.Parts)) { MessageId = message.MessageId, Media = Media(message.Parts) },
            MessageReceived message => Said(who, message, TextOf(message.Text, message.Parts), message.MessageId) with { Media = Media(message.Parts), ReplyTo = message.ReplyTo },
            ButtonPressed pressed when pressed.Text is { Length: > 0 } text => Said(who, one, text, pressed.MessageId) with { ReplyTo = pressed.TargetId },
            ButtonPressed { Payload: { } payload } pressed when payload.StartsWith(Choices.Payload, StringComparison.Ordinal) => Said(who, one, payload[Choices.Payload.Length..], pressed.MessageId) with { ReplyTo = pressed.TargetId },
            ButtonPressed pressed => Happened(who, one, "button", pressed.Payload, Opens(policy, WindowTrigger.MenuClick)),
            Queqiao.Channels.MessageEdited edited => new Incoming.Edited(who, one.DedupeKey, edited.TargetId, TextOf(edited.Text, edited.Parts)),
            Queqiao.Channels.MessageRecalled recalled => new Incoming.Recalled(who, one.DedupeKey, recalled.TargetId),
            ReactionChanged reaction => new Incoming.Reaction(who, one.DedupeKey, reaction.TargetId, signs is null ? reaction.Emoji : signs.EmojiOf(reaction.Emoji), reaction.IsRemoved),
            Followed => Happened(who, one, "followed", null, Opens(policy, WindowTrigger.Follow)),
            Unfollowed => Happened(who, one, "unfollowed", null, null),
            IdentityChanged changed => Happened(who, one, "identity_changed", changed.Text, null),
            Noted noted => Happened(who, one, noted.What, null, Opens(policy, TriggerOf(noted.What))),
            Queqiao.Channels.Unsupported { IsMessage: true } unknown => Said(who, one, $"unsupported: {one.Type}", unknown.MessageId) with { Unsupported = one.Type },
            Queqiao.Channels.Unsupported => Happened(who, one, "unsupported", one.Type, null),
            DeliveryReported { State: DeliveryState.Read, Watermark: { } mark, TargetIds.Count: 0 } => new Incoming.Seen(who, one.DedupeKey, mark.ToUnixTimeMilliseconds()),
            _ => null,
        };
        return read is null ? null : read with { At = at };
    }

    private static Incoming.Said Said(CustomerKey who, InboundEvent one, string text, string? id) => new(who, one.DedupeKey, InGroup(one, text)) { MessageId = id };

    private static Incoming.Happened Happened(CustomerKey who, InboundEvent one, string what, string? text, string? trigger) => new(who, one.DedupeKey, what, text is { Length: > 1000 } ? text[..1000] : text, trigger);

    /// <summary>In a group it matters who said it.</summary>
    private static string InGroup(InboundEvent one, string text) => one is { Place.IsGroup: true, Person: { } person } && (person.Name ?? person.Username ?? person.Id) is { Length: > 0 } name ? $"{name}: {text}" : text;

    /// <summary>The trigger by the name it has in heads; null: no rule of the platform asks for it.</summary>
    private static string? Opens(ReplyPolicy? policy, WindowTrigger? trigger) =>
        trigger is { } what && policy?.Rules.Any(rule => rule.Trigger == what) == true ? NameOf(what) : null;

    public static string NameOf(WindowTrigger trigger) => trigger == WindowTrigger.Message ? WindowUses.Message : trigger.ToString().ToLowerInvariant();

    private static WindowTrigger? TriggerOf(string what) => what switch
    {
        "SCAN" or "scan" => WindowTrigger.Scan,
        "user_enter_tempsession" or "enter_session" or "enter_agent" or "enter" => WindowTrigger.Enter,
        "CLICK" or "VIEW" or "menu" => WindowTrigger.MenuClick,
        "pay" or "payment" => WindowTrigger.Payment,
        _ => null,
    };

    /// <summary>What was said, and what has no place of its own as a line of text.</summary>
    private static string TextOf(string? text, IReadOnlyList<MessagePart> parts)
    {
        var lines = new List<string>();
        if (!string.IsNullOrEmpty(text))
            lines.Add(text);
        lines.AddRange(parts.Select(LineOf).OfType<string>());
        return ShortText.Cut(string.Join('\n', lines), MostText);
    }

    private static string? LineOf(MessagePart part) => part switch
    {
        MediaPart media => media.Caption,
        LocationPart place => Line("📍", place.Title, place.Address, string.Create(CultureInfo.InvariantCulture, $"{place.Latitude:0.######},{place.Longitude:0.######}"), place.Url),
        ContactPart contact => Line("👤", [contact.Name, .. contact.Phones, .. contact.Emails]),
        LinkPart link => Line("🔗", link.Title, link.Description, link.Url),
        CardPart card => Line("🗂️", [card.Title ?? card.Kind, .. card.Facts.Values]),
        _ => null,
    };

    private static string Line(string sign, params IEnumerable<string?> words) => string.Join(' ', words.Where(word => !string.IsNullOrWhiteSpace(word)).Prepend(sign));

    private static List<IncomingMedia> Media(IReadOnlyList<MessagePart> parts) => [.. parts.OfType<MediaPart>().Select(part => new IncomingMedia(
        part.Kind switch { MediaKind.Image or MediaKind.Sticker => FileKind.Image, MediaKind.Voice or MediaKind.Audio => FileKind.Audio, MediaKind.Video => FileKind.Video, _ => FileKind.File },
        part.Media.FileName, part.Media.Mime, part.Media.Size, part.Media.Duration is { } length ? (int)length.TotalMilliseconds : null, JsonSerializer.Serialize(part.Media)))];

    /// <summary>What the event says about who it is; null: nothing.</summary>
    public static Arrival? ArrivalOf(string kind, CustomerKey who, InboundEvent one)
    {
        var name = one.Place is { IsGroup: true } group ? group.Title : one.Person?.Name ?? one.Person?.Username;
        name = name?.Trim() is { Length: > 0 } said ? ShortText.Cut(OneLine.Of(said), MostName) : null;
        var others = one.Place is { IsGroup: true } || one.Person is null ? [] : PersonKeys.Of(kind, one.Person);
        return string.IsNullOrEmpty(name) && others.Count == 0 ? null : new Arrival(who.ChannelId, who.Identity) { Name = string.IsNullOrEmpty(name) ? null : name, OnlyIfNameless = true, Source = "channel", Identities = others };
    }
}
