namespace Queqiao.Mail.Html;

/// <summary>Where the mail that is answered begins, by what mail programs write around it.</summary>
internal static class QuoteMarks
{
    private static readonly string[] Classes = ["gmail_quote", "gmail_extra", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "zmail_extra", "tutanota_quote", "ms-outlook-mobile-reference-message"];

    /// <summary>A line, and everything behind it is the other mail.</summary>
    private static readonly string[] Lines = ["divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "ntes-pcmac-signature-quote", "isReplyContent", "original-content", "reply-intro"];

    public static bool BeginsQuote(string element, IReadOnlyList<(string Name, string Value)> attributes)
    {
        if (element == "blockquote")
            return true;
        foreach (var (name, value) in attributes)
        {
            if (name == "class" && value.Split(' ').Any(one => Classes.Contains(one, StringComparer.OrdinalIgnoreCase)) && element is "div" or "blockquote")
                return true;
            if (name == "id" && IsLineId(value))
                return true;
            // 163 and QQ mark the quoted part with a style of their own.
            if (name == "name" && value is "original-content")
                return true;
        }
        return false;
    }

    public static bool IsLine(string element, IReadOnlyList<(string Name, string Value)> attributes) =>
        element != "blockquote" && (!HtmlRules.Elements.Contains(element) || HtmlRules.Void.Contains(element) || attributes.Any(one => (one.Name == "id" && IsLineId(one.Value)) || (one.Name == "class" && one.Value.Contains("moz-cite-prefix", StringComparison.Ordinal))));

    private static bool IsLineId(string value) => Lines.Any(id => value.Contains(id, StringComparison.OrdinalIgnoreCase));
}
