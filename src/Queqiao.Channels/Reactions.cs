using System.Collections.Frozen;

namespace Queqiao.Channels;

/// <summary>Signs that may be put to a message, and what the platform calls each.</summary>
/// <param name="named">Emoji and the platform's name of it, the one that is sent first; where it takes emoji themselves both are the same.</param>
public sealed class Reactions(params (string Emoji, string Name)[] named)
{
    public static readonly Reactions None = new();

    private readonly FrozenDictionary<string, string> _names = named.DistinctBy(one => one.Emoji).ToFrozenDictionary(one => one.Emoji, one => one.Name);
    private readonly FrozenDictionary<string, string> _emoji = named.DistinctBy(one => one.Name).ToFrozenDictionary(one => one.Name, one => one.Emoji);

    /// <summary>In the order in which they are offered.</summary>
    public IReadOnlyList<string> Offered { get; } = [.. named.Select(one => one.Emoji).Distinct()];

    public static Reactions Of(params string[] emoji) => new([.. emoji.Select(one => (one, one))]);

    /// <summary>The platform's name of an emoji; what is not offered goes as it is.</summary>
    public string NameOf(string? emoji) => emoji is null ? Offered.Count > 0 ? _names[Offered[0]] : "" : _names.GetValueOrDefault(emoji, emoji);

    /// <summary>What people see for the platform's name, whatever its tone of skin; an unknown name stays as it is.</summary>
    public string? EmojiOf(string? name) => name is null ? null : _emoji.GetValueOrDefault(name.Split("::")[0], name);
}
