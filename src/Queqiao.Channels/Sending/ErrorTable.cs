using System.Collections;
using System.Globalization;

namespace Queqiao.Channels.Sending;

/// <param name="Codes">A code, a beginning ("132*") or a range ("200-299").</param>
public sealed record ErrorRule(ErrorClass Class, Words Reason, IReadOnlyList<string> Codes);

/// <summary>A provider's error codes, what to do about each, and the reason in words.</summary>
public sealed class ErrorTable : IEnumerable<ErrorRule>
{
    private readonly List<ErrorRule> rules = [];
    private readonly Dictionary<string, ErrorRule> exact = new(StringComparer.OrdinalIgnoreCase);

    public void Add(ErrorClass what, string zh, string en, params string[] codes)
    {
        var rule = new ErrorRule(what, new Words(zh, en), codes);
        rules.Add(rule);
        foreach (var code in codes)
            exact.TryAdd(code, rule);
    }

    public ErrorRule? Find(string code) => exact.TryGetValue(code, out var rule) ? rule : rules.Find(each => each.Codes.Any(pattern => Matches(pattern, code)));

    /// <summary>What the table says; else what the HTTP status says; else that it is final.</summary>
    public Failure Of(string code, int status, string? detail = null)
    {
        var rule = Find(code) ?? Find("http:" + status.ToString(CultureInfo.InvariantCulture));
        return new Failure(rule?.Class ?? OfStatus(status), code.Length > 0 ? code : "http:" + status.ToString(CultureInfo.InvariantCulture), rule?.Reason ?? Generic(OfStatus(status), code)) { Detail = detail };
    }

    public static ErrorClass OfStatus(int status) => status switch
    {
        0 or 408 or 425 or 429 or >= 500 => ErrorClass.Retry,
        401 => ErrorClass.Reauthorise,
        403 => ErrorClass.Config,
        _ => ErrorClass.Permanent,
    };

    public IEnumerator<ErrorRule> GetEnumerator() => rules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Words Generic(ErrorClass what, string code) => what switch
    {
        ErrorClass.Retry => new("平台暂时不可用，稍后重试", "The provider is not available; it will be tried again"),
        ErrorClass.Reauthorise => new("平台不接受凭据，请重新授权", "The provider refuses the credentials; authorise again"),
        ErrorClass.Config => new("平台拒绝访问，请检查设置与权限", "The provider denies access; check settings and permissions"),
        _ => new($"平台拒绝了这条消息（{code}）", $"The provider refused the message ({code})"),
    };

    private static bool Matches(string pattern, string code)
    {
        if (pattern.EndsWith('*'))
            return code.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase);
        var dash = pattern.IndexOf('-', 1);
        return dash > 0 && int.TryParse(pattern.AsSpan(0, dash), CultureInfo.InvariantCulture, out var from)
            && int.TryParse(pattern.AsSpan(dash + 1), CultureInfo.InvariantCulture, out var to)
            && int.TryParse(code, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to;
    }
}
