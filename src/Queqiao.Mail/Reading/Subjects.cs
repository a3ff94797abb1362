namespace Queqiao.Mail.Reading;

/// <summary>Subjects without what programs put before them.</summary>
public static class Subjects
{
    private static readonly string[] Prefixes =
    [
        "re", "fw", "fwd", "aw", "wg", "sv", "vs", "vb", "r", "i", "rif", "res", "enc", "tr", "rv", "odp", "pd", "antw", "doorst", "ynt", "ilt", "vá",
        "回复", "答复", "回覆", "答覆", "转发", "轉寄", "轉發", "转寄", "自动回复", "自動回覆", "返信", "転送", "답장", "전달",
    ];

    /// <summary>"回复: Re[2]: 订单" is "订单". Never what threads are found by.</summary>
    public static string Bare(string subject)
    {
        var rest = subject.Trim();
        while (After(rest) is { } shorter && shorter.Length < rest.Length)
            rest = shorter;
        return rest;
    }

    private static string? After(string text)
    {
        var colon = text.AsSpan().IndexOfAny(':', '：');
        if (colon is <= 0 or > 12)
            return null;
        var word = text[..colon].Trim();
        var bracket = word.AsSpan().IndexOfAny('[', '(', '（');
        if (bracket > 0)
            word = word[..bracket].Trim();
        return Prefixes.Contains(word, StringComparer.OrdinalIgnoreCase) ? text[(colon + 1)..].Trim() : null;
    }
}
