using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Queqiao.Server.Conversations.LinkPreviews;

/// <summary>Reads title and description of an HTML page. Pure; nothing of it runs or is fetched.</summary>
internal static partial class PageHead
{
    private const int MostTitle = 200;
    private const int MostDescription = 300;

    public static LinkPreview? Read(string html, Uri asked, Uri found)
    {
        var document = new HtmlParser().ParseDocument(html);
        if (Line(Meta(document, "og:title") ?? document.Title, MostTitle) is not { } title)
            return null;
        return new LinkPreview(asked.AbsoluteUri, found.IdnHost, title, Line(Meta(document, "og:description") ?? Meta(document, "description"), MostDescription), Line(Meta(document, "og:site_name"), MostTitle));
    }

    private static string? Meta(IHtmlDocument document, string name) =>
        document.QuerySelectorAll("meta[content]").FirstOrDefault(meta => Is(meta, "property", name) || Is(meta, "name", name))?.GetAttribute("content");

    private static bool Is(IElement meta, string attribute, string name) => string.Equals(meta.GetAttribute(attribute), name, StringComparison.OrdinalIgnoreCase);

    /// <summary>One line without control characters, cut where it is too long.</summary>
    private static string? Line(string? text, int most)
    {
        var line = Spaces().Replace(text ?? "", " ").Trim();
        if (line.Length == 0)
            return null;
        var end = Math.Min(line.Length, most);
        if (end < line.Length && char.IsHighSurrogate(line[end - 1]))
            end--;
        return end < line.Length ? line[..end] + "…" : line;
    }

    /// <summary>White space, control characters, and those that turn the direction of what follows.</summary>
    [GeneratedRegex(@"[\s\p{Cc}\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF]+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();
}
