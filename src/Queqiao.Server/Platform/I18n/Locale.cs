using Microsoft.Net.Http.Headers;

namespace Queqiao.Server.Platform.I18n;

/// <summary>A language that the server can speak.</summary>
internal sealed class Locale
{
    public static readonly Locale ZhCn = new("zh-CN");
    public static readonly Locale En = new("en");
    public static readonly IReadOnlyList<Locale> All = [ZhCn, En];

    private Locale(string tag) => Tag = tag;

    /// <summary>BCP 47: <c>zh-CN</c> or <c>en</c>.</summary>
    public string Tag { get; }

    public override string ToString() => Tag;

    /// <summary>The language of this request by its Accept-Language (RFC 9110 12.5.4). English only when asked for, else Chinese.</summary>
    public static Locale Of(HttpContext context) => Of(context.Request.Headers.AcceptLanguage);

    /// <summary>By the subtag of the language alone: any <c>en-…</c> is English, anything else Chinese.</summary>
    public static Locale FromTag(string? tag) => IsLanguage(tag, "en") ? En : ZhCn;

    internal static Locale Of(IList<string?> acceptLanguage)
    {
        // A list of headers that does not parse is no list: nobody is refused for an odd language.
        if (!StringWithQualityHeaderValue.TryParseList([.. acceptLanguage.OfType<string>()], out var asked))
            return ZhCn;

        double zh = 0, en = 0;
        foreach (var wish in asked)
        {
            var quality = wish.Quality ?? 1;
            if (IsLanguage(wish.Value.Value, "en"))
                en = Math.Max(en, quality);
            else if (wish.Value == "*" || IsLanguage(wish.Value.Value, "zh"))
                zh = Math.Max(zh, quality);
        }
        return en > zh || (en > 0 && en.Equals(zh) && FirstIsEnglish(asked)) ? En : ZhCn;
    }

    private static bool FirstIsEnglish(IList<StringWithQualityHeaderValue> asked)
    {
        foreach (var wish in asked)
        {
            if (IsLanguage(wish.Value.Value, "en"))
                return true;
            if (wish.Value == "*" || IsLanguage(wish.Value.Value, "zh"))
                return false;
        }
        return false;
    }

    private static bool IsLanguage(string? tag, string language) => tag is not null
        && tag.StartsWith(language, StringComparison.OrdinalIgnoreCase)
        && (tag.Length == language.Length || tag[language.Length] == '-');
}
