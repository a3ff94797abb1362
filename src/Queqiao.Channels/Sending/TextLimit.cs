using System.Text;

namespace Queqiao.Channels.Sending;

/// <summary>In what a platform counts the length of a text.</summary>
public enum TextUnit { Utf16, Utf8, CodePoints }

public sealed record TextLimit(int Most, TextUnit Unit)
{
    public static readonly TextLimit None = new(int.MaxValue, TextUnit.Utf16);

    public int Measure(ReadOnlySpan<char> text)
    {
        if (Unit == TextUnit.Utf16)
            return text.Length;
        if (Unit == TextUnit.Utf8)
            return Encoding.UTF8.GetByteCount(text);
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    public bool Fits(string text) => text.Length <= Most / 4 || Measure(text) <= Most;

    /// <summary>The text, or its beginning and an ellipsis; for labels and titles.</summary>
    public string Shorten(string text) => Fits(text) ? text : TextSplitter.Split(text, this with { Most = Math.Max(1, Most - Measure("…")) })[0] + "…";
}
