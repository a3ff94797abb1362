using System.Text;
using System.Text.RegularExpressions;

namespace Queqiao.Server.Conversations;

/// <summary>How a piece of a formatted text looks.</summary>
[Flags]
internal enum Marks
{
    None = 0,
    Bold = 1 << 0,
    Italic = 1 << 1,
    Code = 1 << 2,
    Quote = 1 << 3,
    List = 1 << 4,
    Link = 1 << 5,
    All = Bold | Italic | Code | Quote | List | Link,
}

/// <param name="Marks">Bold, italic, code.</param>
/// <param name="Href">Where it leads: http, https, mailto or tel.</param>
internal sealed record Span(string Text, Marks Marks = Marks.None, string? Href = null);

internal enum BlockKind { Paragraph, Bullets, Numbers, Quote, Code }

/// <param name="Lines">Of a list: its items.</param>
/// <param name="Apart">An empty line stood before it.</param>
/// <param name="First">Of numbers: the first.</param>
internal sealed record Block(BlockKind Kind, List<IReadOnlyList<Span>> Lines, bool Apart, int First = 1);

/// <summary>
/// The few marks of Markdown that messages may have (docs/formatted-text.md): bold, italic, code, links, lists, quotes. Console and
/// widget share one reader with the same rules; <c>tests/formatted-text.json</c> holds both to it. Everything else is text.
/// </summary>
internal sealed partial class FormattedText
{
    private const string Escapable = "\\`*[]()>-.";
    private readonly List<Block> _blocks = [];

    private FormattedText()
    {
    }

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>What is stored of a text that was written with marks: the words for everybody, and the marks where there are any.</summary>
    public static (string Plain, string? Markdown) Split(string text)
    {
        var read = Read(text);
        var plain = read.ToText();
        return (plain, plain == text && !read.HasMarks ? null : text);
    }

    /// <summary>Whether anything in it would look otherwise than plain text.</summary>
    public bool HasMarks => _blocks.Exists(block => block.Kind != BlockKind.Paragraph || block.Lines.Exists(line => line.Any(span => span.Marks != Marks.None || span.Href is not null)));

    public static FormattedText Read(string text)
    {
        var read = new FormattedText();
        var apart = false;
        Block? open = null;
        var fenced = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
                open = fenced ? read.Open(BlockKind.Code, apart) : null;
                apart = false;
            }
            else if (fenced)
            {
                open!.Lines.Add([new Span(line)]);
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                (apart, open) = (read._blocks.Count > 0, null);
            }
            else
            {
                var (kind, words, first) = KindOf(line);
                if (open?.Kind != kind)
                    (open, apart) = (read.Open(kind, apart, first), false);
                open.Lines.Add(Inline.Read(words));
            }
        }
        return read;
    }

    /// <summary>The words without marks, as whoever shows no formats reads them. Lists and quotes keep their signs, links their address.</summary>
    public string ToText() => FormattedTextWriting.Write(this, Dialect.Plain);

    private Block Open(BlockKind kind, bool apart, int first = 1)
    {
        var block = new Block(kind, [], apart, first);
        _blocks.Add(block);
        return block;
    }

    private static (BlockKind Kind, string Words, int First) KindOf(string line)
    {
        if (line.StartsWith("- ", StringComparison.Ordinal) && line.Length > 2)
            return (BlockKind.Bullets, line[2..], 1);
        if (line[0] == '>')
            return (BlockKind.Quote, line.Length > 1 && line[1] == ' ' ? line[2..] : line[1..], 1);
        return Numbered().Match(line) is { Success: true } numbered
            ? (BlockKind.Numbers, numbered.Groups[2].Value, int.Parse(numbered.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
            : (BlockKind.Paragraph, line, 1);
    }

    [GeneratedRegex(@"^([0-9]{1,3})\. (.+)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Numbered();

    /// <summary>Marks inside of one line.</summary>
    private sealed class Inline
    {
        private readonly List<Span> _spans;
        private readonly StringBuilder _text;
        private bool _noBold, _noItalic;

        private Inline(List<Span> spans) => (_spans, _text) = (spans, new StringBuilder());

        public static List<Span> Read(string line)
        {
            var spans = new List<Span>();
            new Inline(spans).Walk(line, Marks.None, null);
            return spans;
        }

        private void Walk(string line, Marks marks, string? href)
        {
            for (var at = 0; at < line.Length;)
                at = Step(line, at, marks, href);
            Flush(marks, href);
        }

        /// <summary>Reads what begins here; where to go on.</summary>
        private int Step(string line, int at, Marks marks, string? href)
        {
            if (line[at] == '\\' && at + 1 < line.Length && Escapable.Contains(line[at + 1], StringComparison.Ordinal))
            {
                _text.Append(line[at + 1]);
                return at + 2;
            }
            if (line[at] == '`' && line.IndexOf('`', at + 1) is var end && end > at + 1)
            {
                Flush(marks, href);
                _spans.Add(new Span(line[(at + 1)..end], marks | Marks.Code, href));
                return end + 1;
            }
            if (line[at] == '*' && Emphasis(line, at, marks, href) is { } after)
                return after;
            if (line[at] == '[' && href is null && Link().Match(line, at) is { Success: true } link)
            {
                Flush(marks, href);
                new Inline(_spans).Walk(link.Groups[1].Value, marks, link.Groups[2].Value);
                return at + link.Length;
            }
            _text.Append(line[at]);
            return at + 1;
        }

        private int? Emphasis(string line, int at, Marks marks, string? href)
        {
            var bold = at + 1 < line.Length && line[at + 1] == '*';
            var (mark, width) = bold ? (Marks.Bold, 2) : (Marks.Italic, 1);
            if ((marks & mark) != 0 || (bold ? _noBold : _noItalic) || at + width >= line.Length || line[at + width] is ' ' or '\t' || (!bold && at > 0 && char.IsAsciiLetterOrDigit(line[at - 1])))
                return null;
            if (Closing(line, at + width, bold) is not { } end)
            {
                _ = bold ? _noBold = true : _noItalic = true; // nothing later in this line finds one either
                return null;
            }
            Flush(marks, href);
            new Inline(_spans).Walk(line[(at + width)..end], marks | mark, href);
            return end + width;
        }

        private static int? Closing(string line, int from, bool bold)
        {
            for (var at = from; at < line.Length; at++)
            {
                if (line[at] == '\\')
                {
                    at++;
                }
                else if (line[at] == '`' && line.IndexOf('`', at + 1) is var end && end > at + 1)
                {
                    at = end;
                }
                else if (line[at] == '*')
                {
                    var isTwo = at + 1 < line.Length && line[at + 1] == '*';
                    if (bold && isTwo)
                    {
                        while (at + 2 < line.Length && line[at + 2] == '*')
                            at++;
                        if (at > from && line[at - 1] is not (' ' or '\t'))
                            return at;
                    }
                    if (isTwo)
                        at++;
                    else if (!bold && at > from && line[at - 1] is not (' ' or '\t') && !(at + 1 < line.Length && char.IsAsciiLetterOrDigit(line[at + 1])))
                        return at;
                }
            }
            return null;
        }

        private void Flush(Marks marks, string? href)
        {
            if (_text.Length > 0)
                _spans.Add(new Span(_text.ToString(), marks, href));
            _text.Clear();
        }
    }

    [GeneratedRegex(@"\G\[([^\[\]]+)\]\(((?:https?://|mailto:|tel:)[^\s()]+)\)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)] // not without backtracking: \G
    private static partial Regex Link();
}
