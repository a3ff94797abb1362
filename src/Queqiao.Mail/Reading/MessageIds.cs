namespace Queqiao.Mail.Reading;

/// <summary>Lists of message ids (RFC 5322 3.6.4).</summary>
internal static class MessageIds
{
    private const int Most = 200;

    public static IEnumerable<string> Of(string? raw)
    {
        var found = 0;
        for (var at = 0; raw is not null && at < raw.Length && found < Most; found++)
        {
            var open = raw.IndexOf('<', at);
            if (open < 0)
                break;
            var close = raw.IndexOf('>', open);
            if (close < 0)
                break;
            at = close + 1;
            if (close > open + 1)
                yield return raw[open..(close + 1)].Replace(" ", "", StringComparison.Ordinal);
        }
    }
}
