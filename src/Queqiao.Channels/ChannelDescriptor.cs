using Queqiao.Channels.Sending;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels;

/// <summary>What can be exchanged with a platform.</summary>
[Flags]
public enum Abilities
{
    None = 0,
    Text = 1 << 0, Image = 1 << 1, Voice = 1 << 2, Video = 1 << 3, File = 1 << 4, Location = 1 << 5, Link = 1 << 6,
    Cards = 1 << 7, Templates = 1 << 8, Captions = 1 << 9, Reply = 1 << 10, Sticker = 1 << 11,
    Typing = 1 << 12, ReadMarks = 1 << 13, Edit = 1 << 14, Recall = 1 << 15, React = 1 << 16,
    SeesDelivered = 1 << 17, SeesRead = 1 << 18, SeesTyping = 1 << 19, SeesEdits = 1 << 20, SeesRecalls = 1 << 21, SeesReactions = 1 << 22,
    Follows = 1 << 23, Groups = 1 << 24, Profiles = 1 << 25,
}

/// <summary>What a platform is, can do and needs to know. Everything a form, a composer or a budget has to be told.</summary>
public sealed record ChannelDescriptor(string Kind, Words Name)
{
    public required Abilities Abilities { get; init; }

    public required ChannelLimits Limits { get; init; }

    public required IReadOnlyList<SettingField> Settings { get; init; }

    public ReplyPolicy Window { get; init; } = ReplyPolicy.Always;

    /// <summary>Where an administrator sets the platform's side up, and where it is explained.</summary>
    public required Uri Console { get; init; }

    public required Uri Manual { get; init; }

    /// <summary>Hosts from which media may be fetched, besides the API's own. "*.example.com" covers subdomains.</summary>
    public IReadOnlyList<string> MediaHosts { get; init; } = [];

    /// <summary>What becomes of a provider's error codes.</summary>
    public required ErrorTable Errors { get; init; }

    /// <summary>Signs that may be put to messages, where it can (<see cref="Abilities.React"/>).</summary>
    public Reactions Reactions { get; init; } = Reactions.None;

    /// <summary>Whether the provider calls an address of ours.</summary>
    public bool HasWebhook { get; init; } = true;

    /// <summary>The provider drops a request whose key it has seen (<see cref="Outbound.Key"/>): a try whose end nobody knows may be made again.</summary>
    public bool DropsRepeats { get; init; }

    public bool Can(Abilities ability) => (Abilities & ability) == ability;

    /// <summary>The window with what this account's settings say otherwise (windowHours, windowMessages).</summary>
    public ReplyPolicy WindowFor(ChannelSettings settings) => Window.With(settings.Number(CommonFields.WindowHours), settings.Number(CommonFields.WindowMessages));
}

/// <param name="Text">How long one text may be.</param>
public sealed record ChannelLimits(TextLimit Text)
{
    /// <summary>The largest delivery that is read, in bytes.</summary>
    public int Body { get; init; } = 4 << 20;

    public TextLimit Caption { get; init; } = new(1000, TextUnit.Utf16);

    public int Buttons { get; init; }

    public TextLimit ButtonLabel { get; init; } = new(20, TextUnit.Utf16);

    public TextLimit CardText { get; init; } = new(1000, TextUnit.Utf16);

    /// <summary>The largest file that may be sent of each kind, in bytes. A kind that is missing is not bounded by us.</summary>
    public IReadOnlyDictionary<MediaKind, long> Media { get; init; } = new Dictionary<MediaKind, long>();

    public IReadOnlyList<RateLimit> Rates { get; init; } = [];
}

public enum RateScope { Account, Recipient, Conversation }

public sealed record RateLimit(RateScope Scope, int Messages, TimeSpan Per);
