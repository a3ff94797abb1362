using System.Globalization;

namespace Queqiao.Mail.Imap;

/// <summary>"* 12 FETCH (UID 5 RFC822.SIZE 44 …)" as names and values.</summary>
internal static class ImapFetch
{
    public static Dictionary<string, ImapValue>? Of(ImapResponse response)
    {
        if (!response.Begins("* ") || !response.First.Contains(" FETCH ", StringComparison.OrdinalIgnoreCase))
            return null;
        if (response.Values() is not [{ Number: not null }, var word, { Items: { } items }, ..] || !word.Is("FETCH"))
            return null;
        var found = new Dictionary<string, ImapValue>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at + 1 < items.Count; at += 2)
        {
            if (items[at].Text is { } name)
                found[name] = items[at + 1];
        }
        return found;
    }

    public static ImapSummary Summary(Dictionary<string, ImapValue> of) => new(
        of["UID"].Number ?? 0,
        long.TryParse(of.GetValueOrDefault("RFC822.SIZE")?.Text, CultureInfo.InvariantCulture, out var size) ? size : 0,
        DateTimeOffset.TryParseExact(of.GetValueOrDefault("INTERNALDATE")?.Text?.Trim(), ["d-MMM-yyyy HH:mm:ss zzz", "dd-MMM-yyyy HH:mm:ss zzz"], CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite, out var at) ? at : null,
        [.. (of.GetValueOrDefault("FLAGS")?.Items ?? []).Where(flag => flag.Text is not null).Select(flag => flag.Text!)]);
}
