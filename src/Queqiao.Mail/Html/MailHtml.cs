using System.Text;

namespace Queqiao.Mail.Html;

/// <param name="Html">For the body of a page of its own. Nothing in it runs, and nothing is fetched that was not allowed.</param>
/// <param name="RemoteImages">How many pictures would be fetched from elsewhere, which tells the sender that somebody looks.</param>
public sealed record ShownHtml(string Html, int RemoteImages);

/// <summary>
/// A mail's HTML as it may be shown. It is not cleaned but written anew: only elements, attributes and addresses of a list, every text
/// escaped, every element closed. The work is linear; what is deeper or longer than any mail loses its marks and stays text. Quoted
/// parts are folded (<c>details</c>). Show it in a frame with <c>sandbox</c> and a strict policy all the same.
/// </summary>
public static class MailHtml
{
    private const int MostDepth = 150;
    private const int MostElements = 20_000;
    private const int MostLength = 2_000_000;

    /// <param name="html">As it came.</param>
    /// <param name="inline">The address of a picture that came with the mail, by its content id; null: there is none.</param>
    /// <param name="remote">Whether pictures are fetched from elsewhere.</param>
    public static ShownHtml Show(string html, Func<string, string?> inline, bool remote = false)
    {
        var writer = new Writer(inline, remote);
        var tokens = new HtmlTokens(html.Length <= MostLength ? html : html[..MostLength]);
        while (tokens.Next(out var token))
        {
            if (token.Text is { } text)
                writer.Text(text);
            else if (HtmlRules.Gone.Contains(token.Name!))
                Skip(tokens, token);
            else if (token.Closes)
                writer.Close(token.Name!);
            else
                writer.Open(token);
        }
        return writer.Done();
    }

    private static void Skip(HtmlTokens tokens, HtmlToken token)
    {
        if (!token.Closes && token.Name != "embed")
            tokens.SkipTo(token.Name!);
    }

    private sealed class Writer(Func<string, string?> inline, bool remote)
    {
        private readonly StringBuilder _html = new();

        /// <summary>Open elements; an entry is closed by writing its second member.</summary>
        private readonly List<(string Name, string End)> _open = [];

        private int _elements;
        private int _remote;
        private bool _folded;

        public ShownHtml Done()
        {
            while (_open.Count > 0)
                Pop();
            return new ShownHtml(_html.ToString(), _remote);
        }

        public void Text(string text)
        {
            foreach (var c in text)
            {
                _ = c switch
                {
                    '<' => _html.Append("&lt;"),
                    '>' => _html.Append("&gt;"),
                    '&' => _html.Append("&amp;"),
                    '"' => _html.Append("&quot;"),
                    '\'' => _html.Append("&#39;"),
                    < ' ' and not ('\n' or '\t' or '\r') or '\uFFFE' or '\uFFFF' => _html,
                    _ => _html.Append(c),
                };
            }
        }

        public void Open(HtmlToken token)
        {
            var name = token.Name!;
            if (++_elements > MostElements || _open.Count >= MostDepth)
                return;
            if (!_folded && QuoteMarks.BeginsQuote(name, token.Attributes))
                Fold(wholeRest: QuoteMarks.IsLine(name, token.Attributes));
            if (!HtmlRules.Elements.Contains(name))
                return;
            if (name is "p" or "li" or "tr" or "td" or "th" or "dd" or "dt")
                CloseSibling(name);
            _html.Append('<').Append(name);
            if (!Attributes(name, token.Attributes))
                _html.Append(" alt=\"\"");
            _html.Append('>');
            if (!HtmlRules.Void.Contains(name))
                _open.Add((name, $"</{name}>"));
            if (_pendingFold)
                (_pendingFold, _open[^1]) = (false, (name, $"</{name}></details>"));
        }

        private bool _pendingFold;

        /// <summary>The rest of what is open, or the element that begins now, lies folded.</summary>
        private void Fold(bool wholeRest)
        {
            (_folded, _pendingFold) = (true, !wholeRest);
            _html.Append("<details class=\"quoted\"><summary></summary>");
            if (wholeRest)
                _open.Add(("details", "</details>"));
        }

        public void Close(string name)
        {
            var at = _open.FindLastIndex(one => one.Name == name);
            if (at < 0)
                return;
            while (_open.Count > at)
                Pop();
        }

        private void Pop()
        {
            _html.Append(_open[^1].End);
            _open.RemoveAt(_open.Count - 1);
        }

        /// <summary>A paragraph, row or cell ends where the next one begins, unless a table lies between.</summary>
        private void CloseSibling(string name)
        {
            for (var at = _open.Count - 1; at >= 0 && _open[at].Name is not ("table" or "ul" or "ol" or "dl" or "div" or "blockquote" or "details"); at--)
            {
                if (_open[at].Name == name || (name is "td" or "th" && _open[at].Name is "td" or "th") || (name is "dd" or "dt" && _open[at].Name is "dd" or "dt"))
                {
                    while (_open.Count > at)
                        Pop();
                    return;
                }
                if (name is "td" or "th" && _open[at].Name == "tr")
                    return;
            }
        }

        /// <summary>False: a picture without words for who does not see it.</summary>
        private bool Attributes(string element, IReadOnlyList<(string Name, string Value)> attributes)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (name, value) in attributes)
            {
                if (!seen.Add(name))
                    continue;
                if (element == "a" && name == "href" && HtmlRules.Link(value) is { } link)
                    Attribute("href", link).Append(" target=\"_blank\" rel=\"noopener noreferrer nofollow\"");
                else if (element == "img" && name == "src")
                    Picture(value);
                else if (HtmlRules.Attribute(element, name, value) is { } kept)
                    Attribute(name, kept);
            }
            return element != "img" || seen.Contains("alt");
        }

        private void Picture(string address)
        {
            var plain = address.Trim();
            if (plain.StartsWith("cid:", StringComparison.OrdinalIgnoreCase))
            {
                if (inline(Uri.UnescapeDataString(plain[4..])) is { } here)
                    Attribute("src", here);
            }
            else if (HtmlRules.IsOwnImage(plain))
            {
                Attribute("src", plain);
            }
            else if (HtmlRules.IsRemoteImage(plain))
            {
                _remote++;
                if (remote)
                    Attribute("src", plain.StartsWith("//", StringComparison.Ordinal) ? "https:" + plain : plain).Append(" referrerpolicy=\"no-referrer\" loading=\"lazy\"");
            }
        }

        private StringBuilder Attribute(string name, string value)
        {
            _html.Append(' ').Append(name).Append("=\"");
            Text(value);
            return _html.Append('"');
        }
    }
}
