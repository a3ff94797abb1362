using System.Text.RegularExpressions;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Bot.Thinking;

/// <summary>The bot's own words, and texts made fit for a chat.</summary>
internal static partial class Words
{
    public static string Say(string language, string code, params ReadOnlySpan<object?> args) => Messages.Text(Locale.FromTag(language == "en" ? "en" : "zh-CN"), code, args);

    /// <summary>Markdown as chats show it: words, lists and addresses, nothing that is drawn.</summary>
    public static string Plain(string markdown)
    {
        var text = Image().Replace(markdown, "$1");
        text = Link().Replace(text, match => match.Groups[1].Value == match.Groups[2].Value ? match.Groups[1].Value : $"{match.Groups[1].Value} ({match.Groups[2].Value})");
        text = Heading().Replace(text, "");
        text = Strong().Replace(text, "$2");
        text = Bullet().Replace(text, "$1• ");
        return text.Replace("\r", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>The beginning of somebody's words, for a summary.</summary>
    public static string Short(string text, int length = 80)
    {
        text = Spaces().Replace(text.Trim(), " ");
        return text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";
    }

    [GeneratedRegex(@"!\[([^\]\n]{0,200})\]\([^)\s]{1,1000}\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Image();

    [GeneratedRegex(@"\[([^\]\n]{1,200})\]\((https?://[^)\s]{1,1000})\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}\s+", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"(\*\*|__)([^\n]{1,500}?)\1", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Strong();

    [GeneratedRegex(@"^(\s*)[-*+]\s+", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
