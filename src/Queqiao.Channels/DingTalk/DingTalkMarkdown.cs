using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Formatting;

namespace Queqiao.Channels.DingTalk;

/// <summary>Marks as DingTalk's own Markdown: bold, italic, links, lists, quotes; it has no code. A line ends with two spaces, or it is joined with the next.</summary>
internal static class DingTalkMarkdown
{
    private const int MostTitle = 20;

    /// <summary>The title is what lists of conversations and notifications show.</summary>
    public static JsonObject Of(RichText text, string words) => new() { ["title"] = Title(words), ["text"] = Write(text) };

    public static string Write(RichText text)
    {
        var written = new StringBuilder();
        foreach (var (at, block) in text.Blocks.Index())
        {
            if (at > 0)
                written.Append("\n\n"); // another kind of block begins behind an empty line only
            var ends = block.Kind is RichBlockKind.Bullets or RichBlockKind.Numbers ? "\n" : "  \n";
            written.AppendJoin(ends, block.Lines.Select((line, index) => block.Sign(index) + Start(block.Kind, string.Concat(line.Select(Run)))));
        }
        return written.ToString();
    }

    private static string Run(RichRun run)
    {
        var text = Escape(run.LeadsToPage ? run.Text : run.Words);
        if (run.Italic)
            text = $"*{text}*";
        if (run.Bold)
            text = $"**{text}**";
        return run.LeadsToPage ? $"[{text}]({run.Href!.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)})" : text;
    }

    /// <summary>What would be a mark only at the beginning of a line.</summary>
    private static string Start(RichBlockKind kind, string line) => kind is RichBlockKind.Paragraph or RichBlockKind.Code && line is ['#' or '>' or '-' or '+', ..] ? "\\" + line : line;

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var sign in text)
        {
            if (sign is '\\' or '*' or '_' or '`' or '[' or ']' or '!')
                escaped.Append('\\');
            escaped.Append(sign);
        }
        return escaped.ToString();
    }

    private static string Title(string words)
    {
        var line = words.Split('\n')[0].Trim();
        if (line.Length <= MostTitle)
            return line.Length > 0 ? line : "…";
        return line[..(char.IsHighSurrogate(line[MostTitle - 1]) ? MostTitle - 1 : MostTitle)] + "…";
    }
}
