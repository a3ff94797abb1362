using System.Net;
using System.Text;

namespace Queqiao.Mail;

/// <summary>What a reader of an HTML mail reads, as plain text. For previews, search and bots; the HTML itself is shown sanitised elsewhere.</summary>
public static class HtmlText
{
    private static readonly HashSet<string> Silent = new(StringComparer.OrdinalIgnoreCase) { "script", "style", "head", "title", "template", "noscript", "object", "svg" };

    private static readonly HashSet<string> Lines = new(StringComparer.OrdinalIgnoreCase)
    {
        "br", "div", "tr", "li", "ul", "ol", "table", "section", "article", "header", "footer", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "center",
    };

    public static string Of(string html)
    {
        var text = new StringBuilder(html.Length / 2);
        var quotes = 0;
        for (var at = 0; at < html.Length;)
        {
            var open = html.IndexOf('<', at);
            Append(text, html.AsSpan(at, (open < 0 ? html.Length : open) - at));
            if (open < 0)
                break;
            if (html.AsSpan(open).StartsWith("<!--"))
            {
                var over = html.IndexOf("-->", open + 4, StringComparison.Ordinal);
                at = over < 0 ? html.Length : over + 3;
                continue;
            }
            var end = EndOfTag(html, open + 1);
            var (name, closes) = NameOf(html.AsSpan(open + 1, Math.Max(0, end - open - 1)));
            at = Math.Min(html.Length, end + 1);
            if (name.Length == 0)
            {
                if (end >= html.Length || !char.IsAsciiLetter(At(html, open + 1)))
                    text.Append('<');
                at = open + 1;
                continue;
            }
            if (Silent.Contains(name) && !closes)
                at = After(html, name, at);
            else if (name.Equals("p", StringComparison.OrdinalIgnoreCase))
                Break(text, 2);
            else if (Lines.Contains(name))
                Break(text, name.Equals("br", StringComparison.OrdinalIgnoreCase) ? -1 : 1);
            else if (name is "td" or "th" or "TD" or "TH" && closes)
                text.Append(' ');
            quotes += name.Equals("blockquote", StringComparison.OrdinalIgnoreCase) ? (closes ? -1 : 1) : 0;
        }
        return Tidy(text.ToString());
    }

    private static char At(string html, int at) => at < html.Length ? html[at] : '\0';

    /// <summary>Attributes may hold a closing bracket in quotes.</summary>
    private static int EndOfTag(string html, int from)
    {
        var quote = '\0';
        for (var at = from; at < html.Length; at++)
        {
            if (quote != '\0')
                quote = html[at] == quote ? '\0' : quote;
            else if (html[at] is '"' or '\'' && html.AsSpan(from, at - from).LastIndexOf('=') >= 0)
                quote = html[at];
            else if (html[at] == '>')
                return at;
        }
        var lenient = html.IndexOf('>', from); // a quote that nobody closed
        return lenient < 0 ? html.Length : lenient;
    }

    private static (string Name, bool Closes) NameOf(ReadOnlySpan<char> tag)
    {
        var closes = tag.Length > 0 && tag[0] == '/';
        var rest = closes ? tag[1..] : tag;
        if (rest.Length > 0 && rest[0] is '!' or '?')
            return ("!", false);
        var end = rest.IndexOfAnyExceptInRange('0', 'z');
        var name = (end < 0 ? rest : rest[..end]).ToString();
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? (name, closes) : ("", false);
    }

    private static int After(string html, string name, int from)
    {
        var at = html.IndexOf("</" + name, from, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return name.Equals("head", StringComparison.OrdinalIgnoreCase) ? from : html.Length;
        var end = html.IndexOf('>', at);
        return end < 0 ? html.Length : end + 1;
    }

    private static void Append(StringBuilder text, ReadOnlySpan<char> raw)
    {
        if (raw.IsEmpty)
            return;
        var space = text.Length == 0 || char.IsWhiteSpace(text[^1]);
        foreach (var c in WebUtility.HtmlDecode(raw.ToString()))
        {
            var white = c is ' ' or '\t' or '\r' or '\n' or '\u00A0';
            if (!white)
                text.Append(c);
            else if (!space)
                text.Append(' ');
            space = white;
        }
    }

    /// <param name="text">So far.</param>
    /// <param name="lines">How many line ends at least; below zero: one more, whatever there is.</param>
    private static void Break(StringBuilder text, int lines)
    {
        while (text.Length > 0 && text[^1] == ' ')
            text.Length--;
        if (text.Length == 0)
            return;
        var there = 0;
        while (there < text.Length && text[text.Length - 1 - there] == '\n')
            there++;
        text.Append('\n', lines < 0 ? 1 : Math.Max(0, lines - there));
    }

    private static string Tidy(string text)
    {
        var lines = text.Split('\n');
        var tidy = new StringBuilder(text.Length);
        var empty = 0;
        foreach (var line in lines)
        {
            var trimmed = line.TrimEnd();
            empty = trimmed.Length == 0 ? empty + 1 : 0;
            if (empty <= 1)
                tidy.Append(trimmed).Append('\n');
        }
        return tidy.ToString().Trim();
    }
}
