using System.Globalization;
using System.Text;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// The name a file is shown and downloaded under. Never a path on the server: blobs are named by id. Letters of every script stay;
/// what could hide an extension, leave a folder or break a header goes.
/// </summary>
internal static class FileName
{
    /// <summary>In UTF-16 code units; longer names lose their middle, never their extension.</summary>
    public const int Most = 120;

    private const string Forbidden = "<>:\"/\\|?*";

    /// <summary>Names that Windows takes for devices, whatever extension they have.</summary>
    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
        "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    };

    /// <summary>The clean name; <c>file</c> when nothing is left of it.</summary>
    public static string Clean(string given)
    {
        var last = given[(given.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes()) // half surrogates come as U+FFFD
        {
            if (Keeps(rune))
                clean.Append(Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? " " : rune.ToString());
        }
        // NFC after the stripping: taking a joiner out of the middle may bring a letter and its accent together.
        var name = clean.ToString().Normalize(NormalizationForm.FormC);
        while (name.Contains("  ", StringComparison.Ordinal))
            name = name.Replace("  ", " ", StringComparison.Ordinal);
        name = name.TrimStart(' ', '.', '~').TrimEnd(' ', '.');
        if (name.Length == 0)
            return "file";
        if (Devices.Contains(name.Split('.')[0].TrimEnd()))
            name = "_" + name;
        return Shorten(name);
    }

    /// <summary>Lower case, without the dot; empty when there is none.</summary>
    public static string ExtensionOf(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot <= 0 ? "" : name[(dot + 1)..].ToLowerInvariant();
    }

    private static bool Keeps(Rune rune) => rune.Value != 0xFFFD && !Forbidden.Contains(rune.ToString(), StringComparison.Ordinal) && Rune.GetUnicodeCategory(rune) switch
    {
        // Format holds bidi marks, zero-width letters and tags; Surrogate and OtherNotAssigned nothing that anybody can read.
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        // Look like nothing: Hangul fillers, the Braille blank, the combining grapheme joiner, variation selectors.
        _ => rune.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x034F) and not (>= 0xFE00 and <= 0xFE0F) and not (>= 0xE0100 and <= 0xE01EF),
    };

    private static string Shorten(string name)
    {
        if (name.Length <= Most)
            return name;
        var extension = ExtensionOf(name) is { Length: > 0 and <= 16 } known ? "." + known : "";
        var length = Most - extension.Length - 1;
        if (char.IsHighSurrogate(name[length - 1]))
            length--;
        return name[..length] + "…" + extension;
    }
}
