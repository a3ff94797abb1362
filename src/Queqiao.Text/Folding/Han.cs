using System.Reflection;

namespace Queqiao.Text.Folding;

/// <summary>Chinese characters of the basic plane (U+3400–U+9FFF), folded to one form.</summary>
/// <remarks>
/// The pairs are those of OpenCC's <c>TSCharacters</c> (traditional to simplified, first choice; Apache-2.0, see NOTICE.md).
/// It is a folding for comparing, not a conversion for reading: 乾 and 幹 both become 干.
/// </remarks>
public static class Han
{
    private const char First = '\u3400';
    private const char Last = '\u9fff';

    private static readonly char[] Table = Load();

    /// <summary>Whether the character is an ideograph of the basic plane.</summary>
    public static bool IsHan(char letter) => letter is >= First and <= Last;

    /// <summary>The simplified form; anything else comes back as it is.</summary>
    public static char Simplify(char letter) => IsHan(letter) ? Table[letter - First] : letter;

    private static char[] Load()
    {
        var table = new char[Last - First + 1];
        for (var i = 0; i < table.Length; i++)
            table[i] = (char)(First + i);
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.traditional.txt")!);
        while (reader.ReadLine() is { } line)
        {
            for (var i = 0; i + 1 < line.Length; i += 2)
                table[line[i] - First] = line[i + 1];
        }
        table['着' - First] = '著'; // 看着 is written 看著 in Taiwan, but 著名 everywhere: no way back, so both are one here
        return table;
    }
}
