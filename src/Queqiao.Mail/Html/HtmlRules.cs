using System.Text.RegularExpressions;

namespace Queqiao.Mail.Html;

/// <summary>What may be in a mail that is shown: named here, or left out.</summary>
internal static partial class HtmlRules
{
    public static readonly HashSet<string> Elements =
    [
        "a", "abbr", "address", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "font",
        "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
    ];

    public static readonly HashSet<string> Void = ["br", "col", "hr", "img", "wbr"];

    /// <summary>Gone with everything in them.</summary>
    public static readonly HashSet<string> Gone =
    [
        "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "template", "svg", "math", "object", "embed", "applet", "audio", "video", "select", "canvas", "plaintext", "frameset",
    ];

    private static readonly HashSet<string> Properties =
    [
        "color", "background-color", "background", "font", "font-family", "font-size", "font-style", "font-weight", "text-align", "text-decoration", "text-indent", "text-transform", "line-height", "letter-spacing",
        "padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "margin", "margin-top", "margin-right", "margin-bottom", "margin-left",
        "border", "border-top", "border-right", "border-bottom", "border-left", "border-color", "border-style", "border-width", "border-radius", "border-collapse", "border-spacing",
        "width", "height", "max-width", "min-width", "max-height", "vertical-align", "white-space", "display", "list-style-type", "direction", "word-break", "overflow-wrap", "word-wrap",
    ];

    /// <summary>What an attribute becomes; null: it is left out. Addresses are not asked here.</summary>
    public static string? Attribute(string element, string name, string value) => name switch
    {
        "style" => Style(value),
        "title" or "alt" or "lang" or "summary" => value.Length <= 1000 ? value : null,
        "dir" => value.ToLowerInvariant() is "ltr" or "rtl" or "auto" ? value : null,
        "align" or "valign" => value.Length < 10 && value.All(char.IsAsciiLetter) ? value : null,
        "width" or "height" or "border" or "cellpadding" or "cellspacing" or "start" or "hspace" or "vspace" => Measure().IsMatch(value) ? value : null,
        "colspan" or "rowspan" when element is "td" or "th" or "col" => int.TryParse(value, out var count) && count is > 0 and <= 200 ? value : null,
        "bgcolor" or "color" => Colour().IsMatch(value) ? value : null,
        "size" or "type" => value.Length <= 3 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-') ? value : null,
        "face" => value.Length <= 100 && value.All(c => char.IsLetterOrDigit(c) || c is ' ' or ',' or '-' or '\'') ? value : null,
        "nowrap" => "nowrap",
        _ => null,
    };

    /// <summary>Where a link may lead; null: nowhere.</summary>
    public static string? Link(string address)
    {
        // Browsers ignore these inside of an address; so must whoever checks it.
        var plain = string.Concat(address.Trim().Where(c => !char.IsControl(c)));
        return plain.Length <= 4_000 && Scheme().IsMatch(plain) ? plain : null;
    }

    public static bool IsRemoteImage(string address) => address.Length <= 4_000 && RemoteImage().IsMatch(address.Trim());

    public static bool IsOwnImage(string address) => address.Length <= 700_000 && OwnImage().IsMatch(address);

    private static string? Style(string style)
    {
        var kept = new List<string>();
        foreach (var one in style.Split(';').Take(60))
        {
            var colon = one.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            var (name, value) = (one[..colon].Trim().ToLowerInvariant(), one[(colon + 1)..].Trim());
            if (Properties.Contains(name) && value.Length <= 200 && PlainValue().IsMatch(Functions().Replace(value, "0")))
                kept.Add($"{name}:{value}");
        }
        return kept.Count == 0 ? null : string.Join(';', kept);
    }

    [GeneratedRegex(@"^-?\d{1,5}(\.\d{1,3})?(%|px)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Measure();

    [GeneratedRegex(@"^(#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Colour();

    [GeneratedRegex(@"^(https?://[^\s]+|mailto:[^\s]+|tel:[^\s]+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^(https?:)?//[^\s]+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RemoteImage();

    [GeneratedRegex(@"^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex OwnImage();

    [GeneratedRegex(@"^(?:[\w #%.,'""!+-])*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PlainValue();

    [GeneratedRegex(@"\b(rgb|rgba|hsl|hsla)\([0-9.,% /]*\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Functions();
}
