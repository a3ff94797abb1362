using System.Globalization;
using System.Net;
using System.Text;

namespace Queqiao.Server.Conversations;

/// <summary>How a place writes the marks it shows. What it has no sign for is written as plain text.</summary>
internal sealed record Dialect(Marks Shows)
{
    public static readonly Dialect Plain = new(Marks.None);

    public string Bold { get; init; } = "";
    public string Italic { get; init; } = "";

    /// <summary>The platform takes marks in a form of its own, which its adapter writes.</summary>
    public bool IsRich { get; init; }

    /// <summary>From words and address.</summary>
    public Func<string, string, string>? Link { get; init; }
}

/// <summary>A formatted text as text of some platform, and as HTML. Pure.</summary>
internal static class FormattedTextWriting
{
    private const string Boxed = "font-family:monospace;background:#f2f4f7;padding:1px 4px;border-radius:3px";

    public static string Write(FormattedText text, Dialect to)
    {
        var written = new StringBuilder();
        foreach (var (at, block) in text.Blocks.Index())
        {
            if (at > 0)
                written.Append(block.Apart ? "\n\n" : "\n");
            if (block.Kind == BlockKind.Code && to.Shows.HasFlag(Marks.Code))
                written.Append("```\n").AppendJoin('\n', block.Lines.Select(TextOf)).Append("\n```");
            else
                written.AppendJoin('\n', block.Lines.Select((line, index) => Sign(block, index) + string.Concat(line.Select(span => Piece(span, to)))));
        }
        return written.ToString();
    }

    /// <summary>For mail: every tag is made here, and looks right without a style sheet.</summary>
    public static string Html(FormattedText text)
    {
        var html = new StringBuilder();
        foreach (var block in text.Blocks)
        {
            var lines = block.Lines.Select(line => string.Concat(line.Select(Html)));
            html.Append(block.Kind switch
            {
                BlockKind.Bullets => $"<ul style=\"margin:0 0 8px;padding-left:24px\">{string.Concat(lines.Select(line => $"<li>{line}</li>"))}</ul>",
                BlockKind.Numbers => $"<ol start=\"{block.First.ToString(CultureInfo.InvariantCulture)}\" style=\"margin:0 0 8px;padding-left:24px\">{string.Concat(lines.Select(line => $"<li>{line}</li>"))}</ol>",
                BlockKind.Quote => $"<blockquote style=\"margin:0 0 8px;padding-left:8px;border-left:2px solid #cccccc\">{string.Join("<br>", lines)}</blockquote>",
                BlockKind.Code => $"<pre style=\"margin:0 0 8px;white-space:pre-wrap;{Boxed}\">{string.Join('\n', lines)}</pre>",
                _ => $"<p style=\"margin:0 0 8px\">{string.Join("<br>", lines)}</p>",
            });
        }
        return html.ToString();
    }

    private static string Html(Span span)
    {
        var html = WebUtility.HtmlEncode(span.Text);
        if (span.Marks.HasFlag(Marks.Code))
            html = $"<code style=\"{Boxed}\">{html}</code>";
        if (span.Marks.HasFlag(Marks.Italic))
            html = $"<em>{html}</em>";
        if (span.Marks.HasFlag(Marks.Bold))
            html = $"<strong>{html}</strong>";
        return span.Href is { } href ? $"<a href=\"{WebUtility.HtmlEncode(href)}\">{html}</a>" : html;
    }

    private static string Sign(Block block, int index) => block.Kind switch
    {
        BlockKind.Bullets => "- ",
        BlockKind.Numbers => $"{(block.First + index).ToString(CultureInfo.InvariantCulture)}. ",
        BlockKind.Quote => "> ",
        _ => "",
    };

    private static string Piece(Span span, Dialect to)
    {
        var text = span.Marks.HasFlag(Marks.Code) ? to.Shows.HasFlag(Marks.Code) ? $"`{span.Text}`" : span.Text : span.Text;
        if (span.Marks.HasFlag(Marks.Italic))
            text = to.Italic + text + to.Italic;
        if (span.Marks.HasFlag(Marks.Bold))
            text = to.Bold + text + to.Bold;
        return span.Href is not { } href ? text
            : to.Link is { } link ? link(text, href)
            : href == span.Text || href == "https://" + span.Text || href == "http://" + span.Text || href == "mailto:" + span.Text || href == "tel:" + span.Text ? text
            : $"{text} ({(href.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? href[7..] : href.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? href[4..] : href)})";
    }

    private static string TextOf(IReadOnlyList<Span> line) => string.Concat(line.Select(span => span.Text));
}
