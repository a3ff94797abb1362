using System.Text.RegularExpressions;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Bot.Turning;

/// <summary>What the bot says in the form that a channel can show. The last message carries what is kept in mind.</summary>
internal static partial class Rendering
{
    private const string Web = "web";
    public const string Mail = "email";

    /// <summary>Longer texts are cut: one bad entry must not keep the bot from answering.</summary>
    private const int MostText = 9_000;

    /// <param name="welcome">The firm's own welcome, for somebody who writes first; null: they have been welcomed.</param>
    /// <param name="site">Where the world finds this server; null: nobody has said so. On other platforms a path leads nowhere.</param>
    public static IReadOnlyList<BotUtterance> For(string channelKind, Thought thought, string? welcome = null, string? site = null)
    {
        List<BotUtterance> words = [.. channelKind == Web ? thought.Words.Select(said => said with { Text = Cut(said.Text) }) : Outside(thought, welcome, site).Select(said => IsWeChat(channelKind) ? said with { Text = Links().Replace(said.Text, "＜") } : said)];
        if (words.Count > 0)
            words[^1] = words[^1] with { Part = words[^1].Part with { State = thought.Memory.Json() } };
        return words;
    }

    /// <summary>
    /// Elsewhere it is one message, as windows count them. A text and nothing else, so it says who speaks and from where it has it; what can
    /// be chosen goes along, and becomes buttons or numbered lines as the platform can (Channels/Delivering/Choices).
    /// </summary>
    private static IEnumerable<BotUtterance> Outside(Thought thought, string? welcome, string? site)
    {
        if (thought.Words.Count == 0)
            return [];
        var language = thought.Memory.Language;
        var texts = thought.Words.Select(said => WithSources(said, language, site));
        if (welcome is { Length: > 0 } && thought.Words[0].Text != welcome)
            texts = texts.Prepend(welcome);
        var part = thought.Words[0].Part with { Buttons = thought.Words.LastOrDefault(said => said.Part.Buttons is { Count: > 0 })?.Part.Buttons };
        return [new BotUtterance(Cut(Words.Say(language, "bot_label") + string.Join("\n\n", texts)), part)];
    }

    private static string WithSources(BotUtterance said, string language, string? site) => said.Part is not { Kind: BotSays.Answer, Citations: { Count: > 0 } citations } ? said.Text
        : said.Text + "\n" + Words.Say(language, "bot_source", string.Join(language == "en" ? "; " : "；", citations.Select(one => Whole(one.Link, site) is { } link ? $"{one.Title} {link}" : one.Title)));

    private static string? Whole(string? link, string? site) => link is not ['/', ..] ? link : site is null ? null : site + link;

    private static bool IsWeChat(string kind) => kind.StartsWith("wechat", StringComparison.Ordinal);

    /// <summary>WeChat reads <c>&lt;a href&gt;</c> in a text as a link: what a customer or a page that was imported wrote is none of the bot's.</summary>
    [GeneratedRegex("<(?=/?a\\b)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();

    private static string Cut(string text) => ShortText.Cut(text, MostText);
}
