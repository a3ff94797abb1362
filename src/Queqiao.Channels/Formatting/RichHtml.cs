using System.Text;

namespace Queqiao.Channels.Formatting;

/// <summary>Marks as the few tags of HTML that messaging platforms take. Every tag is made here; words are encoded.</summary>
internal static class RichHtml
{
    /// <summary>For Telegram: lines stay lines, there are no lists, and code holds nothing else.</summary>
    public static string Inline(RichText text)
    {
        var html = new StringBuilder();
        foreach (var (at, block) in text.Blocks.Index())
        {
            if (at > 0)
                html.Append(block.IsApart ? "\n\n" : "\n");
            var isQuote = block.Kind == RichBlockKind.Quote;
            var lines = string.Join('\n', block.Lines.Select((line, index) => block.Kind == RichBlockKind.Code ? Encode(string.Concat(line.Select(run => run.Text)))
                : (isQuote ? "" : block.Sign(index)) + string.Concat(line.Select(run => Run(run, plainCode: true)))));
            html.Append(block.Kind == RichBlockKind.Code ? $"<pre>{lines}</pre>" : isQuote ? $"<blockquote>{lines}</blockquote>" : lines);
        }
        return html.ToString();
    }

    /// <summary>For Teams: paragraphs, lists, quotes.</summary>
    public static string Blocks(RichText text)
    {
        var html = new StringBuilder();
        foreach (var block in text.Blocks)
        {
            var lines = block.Lines.Select(line => string.Concat(line.Select(run => Run(run, plainCode: false))));
            html.Append(block.Kind switch
            {
                RichBlockKind.Bullets => $"<ul>{string.Concat(lines.Select(line => $"<li>{line}</li>"))}</ul>",
                RichBlockKind.Numbers => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<ol start=\"{block.First}\">{string.Concat(lines.Select(line => $"<li>{line}</li>"))}</ol>"),
                RichBlockKind.Quote => $"<blockquote>{string.Join("<br/>", lines)}</blockquote>",
                RichBlockKind.Code => $"<pre>{string.Join('\n', lines)}</pre>",
                _ => $"<p>{string.Join("<br/>", lines)}</p>",
            });
        }
        return html.ToString();
    }

    private static string Run(RichRun run, bool plainCode)
    {
        var (words, isLink) = run.LeadsToPage ? (run.Text, true) : (run.Words, false);
        var html = Encode(words);
        if (run.Code)
            html = $"<code>{html}</code>";
        if (run.Italic && !(run.Code && plainCode))
            html = $"<i>{html}</i>";
        if (run.Bold && !(run.Code && plainCode))
            html = $"<b>{html}</b>";
        return isLink ? $"<a href=\"{Encode(run.Href!)}\">{html}</a>" : html;
    }

    /// <summary>No more than four signs: Telegram knows no other names.</summary>
    private static string Encode(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
