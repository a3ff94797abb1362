using System.Net;

namespace Queqiao.Mail.Html;

/// <summary>A piece of HTML: text, or the beginning or end of an element.</summary>
internal readonly record struct HtmlToken(string? Text, string? Name, bool Closes, IReadOnlyList<(string Name, string Value)> Attributes);

/// <summary>
/// Takes HTML apart the way browsers do as far as it matters here: whatever it finds is written anew by <see cref="MailHtml"/>, so a
/// browser never sees the original. Each character is looked at once or twice.
/// </summary>
internal sealed class HtmlTokens(string html)
{
    private const int MostAttributes = 60;

    private int _at;

    public bool Next(out HtmlToken token)
    {
        while (_at < html.Length)
        {
            var open = html.IndexOf('<', _at);
            if (open != _at)
            {
                token = Text(open < 0 ? html.Length : open);
                return true;
            }
            if (IsTag(open))
            {
                token = Tag();
                return true;
            }
            if (_at + 1 < html.Length && html[_at + 1] is '!' or '?' or '/')
            {
                SkipDeclaration();
                continue;
            }
            _at++; // a sign of its own
            token = new HtmlToken("<", null, false, []);
            return true;
        }
        token = default;
        return false;
    }

    /// <summary>Behind the end of an element whose content is no HTML, or shall not be looked at.</summary>
    public void SkipTo(string name)
    {
        while (true)
        {
            var at = html.IndexOf("</" + name, _at, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                _at = html.Length;
                return;
            }
            _at = at + 2 + name.Length;
            if (_at >= html.Length || char.IsWhiteSpace(html[_at]) || html[_at] is '>' or '/')
            {
                var end = html.IndexOf('>', _at);
                _at = end < 0 ? html.Length : end + 1;
                return;
            }
        }
    }

    private HtmlToken Text(int end)
    {
        var text = WebUtility.HtmlDecode(html[_at..end]);
        _at = end;
        return new HtmlToken(text, null, false, []);
    }

    private bool IsTag(int open)
    {
        var at = open + 1;
        if (at < html.Length && html[at] == '/')
            at++;
        return at < html.Length && char.IsAsciiLetter(html[at]);
    }

    private void SkipDeclaration()
    {
        var comment = string.CompareOrdinal(html, _at, "<!--", 0, 4) == 0;
        var end = comment ? html.IndexOf("-->", _at + 2, StringComparison.Ordinal) : html.IndexOf('>', _at);
        _at = end < 0 ? html.Length : end + (comment ? 3 : 1);
    }

    private HtmlToken Tag()
    {
        _at++;
        var closes = html[_at] == '/';
        if (closes)
            _at++;
        var from = _at;
        while (_at < html.Length && !char.IsWhiteSpace(html[_at]) && html[_at] is not ('>' or '/'))
            _at++;
        var name = html[from.._at].ToLowerInvariant();
        var attributes = new List<(string, string)>();
        while (Attribute() is { } attribute)
        {
            if (attributes.Count < MostAttributes)
                attributes.Add(attribute);
        }
        return new HtmlToken(null, name, closes, attributes);
    }

    /// <summary>Null: the tag is over.</summary>
    private (string Name, string Value)? Attribute()
    {
        while (_at < html.Length && (char.IsWhiteSpace(html[_at]) || html[_at] == '/'))
            _at++;
        if (_at >= html.Length || html[_at] == '>')
        {
            _at = Math.Min(html.Length, _at + 1);
            return null;
        }
        var from = _at++;
        while (_at < html.Length && !char.IsWhiteSpace(html[_at]) && html[_at] is not ('>' or '/' or '='))
            _at++;
        var name = html[from.._at].ToLowerInvariant();
        while (_at < html.Length && char.IsWhiteSpace(html[_at]))
            _at++;
        if (_at >= html.Length || html[_at] != '=')
            return (name, "");
        _at++;
        while (_at < html.Length && char.IsWhiteSpace(html[_at]))
            _at++;
        return (name, WebUtility.HtmlDecode(Value()));
    }

    private string Value()
    {
        if (_at >= html.Length)
            return "";
        if (html[_at] is '"' or '\'')
        {
            var end = html.IndexOf(html[_at], _at + 1);
            var quoted = html[(_at + 1)..(end < 0 ? html.Length : end)];
            _at = end < 0 ? html.Length : end + 1;
            return quoted;
        }
        var from = _at;
        while (_at < html.Length && !char.IsWhiteSpace(html[_at]) && html[_at] != '>')
            _at++;
        return html[from.._at];
    }
}
