using System.Globalization;

namespace Queqiao.Channels.Sending;

/// <summary>
/// Cuts a text into pieces that fit. Prefers the end of a paragraph, then of a line, a sentence, a clause, a word; never
/// cuts within what people see as one character, unless that alone does not fit.
/// </summary>
public static class TextSplitter
{
    private const int Levels = 6;

    public static IReadOnlyList<string> Split(string text, TextLimit limit)
    {
        if (limit.Fits(text))
            return [text];
        var pieces = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = End(text, start, limit);
            var piece = text[start..end].Trim();
            if (piece.Length > 0)
                pieces.Add(piece);
            start = end;
        }
        return pieces.Count == 0 ? [text[..1]] : pieces;
    }

    /// <summary>Where the piece that begins here ends: the last place of the best kind that leaves it at least half full, else the last place at all.</summary>
    private static int End(string text, int start, TextLimit limit)
    {
        Span<int> last = stackalloc int[Levels];
        var (at, size, half) = (start, 0, -1);
        while (at < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            var cost = limit.Measure(text.AsSpan(at, length));
            if (size + cost > limit.Most)
                return at == start ? start + OneRune(text, start, length, limit) : Best(last, half, at);
            (at, size) = (at + length, size + cost);
            if (half < 0 && size >= limit.Most / 2)
                half = at;
            last[Level(text, at)] = at;
        }
        return text.Length;
    }

    private static int Best(ReadOnlySpan<int> last, int half, int otherwise)
    {
        for (var level = 0; level < Levels - 1; level++)
        {
            if (last[level] >= half && last[level] > 0)
                return last[level];
        }
        return otherwise;
    }

    /// <summary>How good it is to cut before <paramref name="at"/>, 0 is best.</summary>
    private static int Level(string text, int at)
    {
        var before = text[at - 1];
        if (before == '\n')
            return at > 1 && text[at - 2] is '\n' or '\r' ? 0 : 1;
        if (before is '。' or '！' or '？' or '…' or '；')
            return 2;
        if (char.IsWhiteSpace(before))
            return at > 1 && text[at - 2] is '.' or '!' or '?' or ';' ? 2 : 4;
        return before is '，' or '、' or '：' or '）' or '”' or '』' or '」' ? 3 : Levels - 1;
    }

    /// <summary>A pile of combining marks that is longer than a message: cut between code points.</summary>
    private static int OneRune(string text, int start, int length, TextLimit limit)
    {
        var at = 0;
        while (at < length)
        {
            var step = char.IsHighSurrogate(text[start + at]) && at + 1 < length ? 2 : 1;
            if (at > 0 && limit.Measure(text.AsSpan(start, at + step)) > limit.Most)
                return at;
            at += step;
        }
        return at;
    }
}
