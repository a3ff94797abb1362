using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>An HTML page as Markdown: its main part, headings, lists, tables, links. Scripts, styles and forms are left where they are.</summary>
internal static class ReadHtml
{
    private static readonly string[] Passed = ["script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "form", "button", "input", "select", "textarea", "nav", "header", "footer", "aside", "dialog"];

    /// <param name="Links">Pages of the same site that it leads to.</param>
    internal sealed record Page(string Title, string Body, string? Language, IReadOnlyList<Uri> Links, bool IsForbidden);

    public static Page Of(string html, Uri? address)
    {
        var document = new HtmlParser().ParseDocument(html);
        var main = document.QuerySelector("main, [role=main], article") ?? document.Body;
        var title = (main?.QuerySelector("h1") ?? document.QuerySelector("h1"))?.TextContent ?? document.Title ?? "";
        var text = new StringBuilder();
        if (main is not null)
            Blocks(main, text, address);
        var links = address is null ? [] : document.QuerySelectorAll("a[href]").Select(link => Absolute(address, link.GetAttribute("href"))).OfType<Uri>()
            .Where(link => link.Host == address.Host && link.Port == address.Port && link.Scheme == address.Scheme).Distinct().ToList();
        var forbids = document.QuerySelectorAll("meta[name=robots]").Any(meta => meta.GetAttribute("content")?.Contains("noindex", StringComparison.OrdinalIgnoreCase) == true);
        return new Page(Writing.ContentRules.Line(title), Tidy(text), document.DocumentElement.GetAttribute("lang"), links, forbids);
    }

    private static Uri? Absolute(Uri address, string? link) =>
        link is not null && Uri.TryCreate(address, link, out var found) && found.Scheme is "https" or "http" ? new UriBuilder(found) { Fragment = "" }.Uri : null;

    private static void Blocks(INode parent, StringBuilder text, Uri? address)
    {
        foreach (var node in parent.ChildNodes)
        {
            if (node is IText { Data: var data })
                text.Append(ReadDocuments.Escape(Squeeze(data)));
            if (node is not IElement element || Passed.Contains(element.LocalName) || element.HasAttribute("hidden"))
                continue;
            switch (element.LocalName)
            {
                case "h1":
                    break; // the title
                case "h2" or "h3" or "h4" or "h5" or "h6":
                    text.Append("\n\n").Append('#', Math.Min(element.LocalName[1] - '0', 4)).Append(' ').Append(Inline(element)).Append("\n\n");
                    break;
                case "ul" or "ol":
                    List(element, text, depth: 0);
                    break;
                case "table":
                    ReadDocuments.Rows(text, [.. element.QuerySelectorAll("tr").Select(row => row.Children.Where(cell => cell.LocalName is "td" or "th").Select(cell => Squeeze(cell.TextContent).Trim()).ToList()).Where(row => row.Count > 0)]);
                    break;
                case "pre":
                    text.Append("\n\n```\n").Append(element.TextContent.Replace("```", "'''", StringComparison.Ordinal).Trim('\n')).Append("\n```\n\n");
                    break;
                case "blockquote":
                    text.Append("\n\n> ").Append(Inline(element)).Append("\n\n");
                    break;
                case "br":
                    text.Append('\n');
                    break;
                case "a" or "strong" or "b" or "em" or "i" or "code" or "span" or "small" or "mark" or "u" or "sup" or "sub" or "label":
                    Mark(element, text, address);
                    break;
                case "p" or "dt" or "dd" or "figcaption":
                    text.Append("\n\n");
                    Blocks(element, text, address);
                    text.Append("\n\n");
                    break;
                default:
                    text.Append('\n');
                    Blocks(element, text, address);
                    text.Append('\n');
                    break;
            }
        }
    }

    private static void Mark(IElement element, StringBuilder text, Uri? address)
    {
        var words = Inline(element);
        if (words.Length == 0)
            return;
        var target = element.LocalName == "a" && address is not null ? Absolute(address, element.GetAttribute("href")) : null;
        text.Append(element.LocalName switch
        {
            "strong" or "b" => $"**{words}**",
            "em" or "i" => $"*{words}*",
            "code" => $"`{words}`",
            "a" when target is not null => $"[{words.Replace("]", "\\]", StringComparison.Ordinal)}]({target.AbsoluteUri.Replace(")", "%29", StringComparison.Ordinal)})",
            _ => words,
        });
    }

    private static void List(IElement list, StringBuilder text, int depth)
    {
        text.Append('\n');
        var number = 1;
        foreach (var item in list.Children.Where(child => child.LocalName == "li"))
        {
            var inner = string.Concat(item.ChildNodes.Where(child => child is not IElement { LocalName: "ul" or "ol" }).Select(child => child.TextContent));
            text.Append(' ', depth * 2).Append(list.LocalName == "ol" ? $"{number++}. " : "- ").Append(ReadDocuments.Escape(Squeeze(inner).Trim())).Append('\n');
            foreach (var nested in item.Children.Where(child => child.LocalName is "ul" or "ol" && depth < 4))
                List(nested, text, depth + 1);
        }
        text.Append('\n');
    }

    private static string Inline(IElement element) => ReadDocuments.Escape(Squeeze(element.TextContent).Trim());

    private static string Squeeze(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (!char.IsWhiteSpace(letter))
                line.Append(letter);
            else if (line.Length == 0 || line[^1] != ' ')
                line.Append(' ');
        }
        return line.ToString();
    }

    /// <summary>No more than one empty line, no blanks at the ends of lines.</summary>
    private static string Tidy(StringBuilder text)
    {
        var (tidy, blank) = (new StringBuilder(text.Length), 0);
        foreach (var line in text.ToString().Split('\n'))
        {
            var shown = line.StartsWith("  ", StringComparison.Ordinal) ? line.TrimEnd() : line.Trim();
            blank = shown.Length == 0 ? blank + 1 : 0;
            if (blank <= 1)
                tidy.Append(shown).Append('\n');
        }
        return tidy.ToString().Trim();
    }
}
