using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Queqiao.Server.Platform.I18n;

/// <summary>
/// The texts of all codes, by language. They come from the embedded <c>Messages.LOCALE.json</c> files of every folder;
/// a code stands in exactly one folder.
/// </summary>
internal static class Messages
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Texts =
        Locale.All.ToFrozenDictionary(l => l.Tag, l => Load(l.Tag));

    /// <summary>The text of a code; a code without a text shows itself, so that an answer is never lost over its wording.</summary>
    public static string Text(Locale locale, string code, params ReadOnlySpan<object?> args) =>
        Texts[locale.Tag].TryGetValue(code, out var text)
            ? args.IsEmpty ? text : string.Format(CultureInfo.InvariantCulture, text, args)
            : code;

    public static bool Has(Locale locale, string code) => Texts[locale.Tag].ContainsKey(code);

    internal static IReadOnlyDictionary<string, string> All(Locale locale) => Texts[locale.Tag];

    private static FrozenDictionary<string, string> Load(string tag)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith($"Messages.{tag}.json", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            foreach (var (code, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(stream, JsonSerializerOptions.Strict)!)
                texts.Add(code, text);
        }
        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
