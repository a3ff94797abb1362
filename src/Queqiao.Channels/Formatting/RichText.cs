namespace Queqiao.Channels.Formatting;

public enum RichBlockKind { Paragraph, Bullets, Numbers, Quote, Code }

/// <param name="Href">Where it leads: http, https, mailto or tel.</param>
public sealed record RichRun(string Text, bool Bold = false, bool Italic = false, bool Code = false, string? Href = null)
{
    /// <summary>Whether it leads to a page; what leads to mail or telephone is not drawn as a link everywhere.</summary>
    internal bool LeadsToPage => Href is not null && Href.StartsWith("http", StringComparison.OrdinalIgnoreCase);

    /// <summary>The words, and in brackets where they lead unless they say so themselves.</summary>
    internal string Words => Href is not { } href ? Text
        : href == Text || href == "https://" + Text || href == "http://" + Text || href == "mailto:" + Text || href == "tel:" + Text ? Text
        : $"{Text} ({(href.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? href[7..] : href.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? href[4..] : href)})";
}

/// <param name="Lines">Of a list: its items.</param>
/// <param name="IsApart">An empty line stands before it.</param>
/// <param name="First">Of numbers: the first.</param>
public sealed record RichBlock(RichBlockKind Kind, IReadOnlyList<IReadOnlyList<RichRun>> Lines, bool IsApart = false, int First = 1)
{
    /// <summary>What stands before a line where lists and quotes are not drawn.</summary>
    internal string Sign(int line) => Kind switch
    {
        RichBlockKind.Bullets => "- ",
        RichBlockKind.Numbers => $"{(First + line).ToString(System.Globalization.CultureInfo.InvariantCulture)}. ",
        RichBlockKind.Quote => "> ",
        _ => "",
    };
}

/// <summary>A text with the few marks that messages have, for platforms that want them in a form of their own.</summary>
public sealed record RichText(IReadOnlyList<RichBlock> Blocks)
{
    public override string ToString() => "rich text";
}
