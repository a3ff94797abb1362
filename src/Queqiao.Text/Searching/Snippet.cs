namespace Queqiao.Text.Searching;

/// <summary>The part of a text around what was found, short enough for a list.</summary>
/// <param name="Text">Plain text on one line; an ellipsis stands where something was left out.</param>
/// <param name="Marks">What was found, counted in <paramref name="Text"/>.</param>
public sealed record Snippet(string Text, IReadOnlyList<TextRange> Marks)
{
    private const char Ellipsis = '…';

    /// <summary>Cuts a snippet out of a text.</summary>
    /// <param name="text">The original.</param>
    /// <param name="hits">As <see cref="SearchQuery.Matches"/> gave them.</param>
    /// <param name="length">How long it may be, in UTF-16 units.</param>
    public static Snippet Of(string text, IReadOnlyList<TextRange> hits, int length = 120)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(hits);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 16);
        var start = 0;
        if (text.Length > length && hits.Count > 0)
            start = Math.Clamp(hits[0].Start - length / 4, 0, text.Length - length); // a quarter before, for the reader to get in
        start = OffSplit(text, start);
        var end = OffSplit(text, Math.Min(text.Length, start + length));
        var before = start > 0 ? 1 : 0;
        var shown = string.Create(before + end - start + (end < text.Length ? 1 : 0), (text, start, end, before), static (room, it) =>
        {
            room[0] = room[^1] = Ellipsis;
            for (var i = it.start; i < it.end; i++)
                room[it.before + i - it.start] = char.IsControl(it.text[i]) || it.text[i] is '\u2028' or '\u2029' ? ' ' : it.text[i];
        });
        var marks = hits.Where(hit => hit.Start < end && hit.End > start)
            .Select(hit => new TextRange(Math.Max(hit.Start, start) - start + before, Math.Min(hit.End, end) - start + before));
        return new(shown, [.. marks]);
    }

    /// <summary>Never half a character.</summary>
    private static int OffSplit(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
}
