using System.IO.Compression;
using System.Reflection;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Passages;

/// <summary>How Chinese characters are read, for people who type by sound: without tones, and with the sounds as one that many speakers do not tell apart (zh and z, an and ang …).</summary>
public static class Sounds
{
    private static readonly Dictionary<string, ushort> Numbers = new(StringComparer.Ordinal);
    private static readonly ushort[] Table = Load();

    /// <summary>The number of the character's sound; 0: it has none.</summary>
    public static ushort Of(char letter) => letter is >= '\u4e00' and <= '\u9fa5' ? Table[Han.Simplify(letter) is >= '\u4e00' and <= '\u9fa5' and var simple ? simple - '\u4e00' : letter - '\u4e00'] : (ushort)0;

    /// <summary>Reads a word of Latin letters as syllables. False: it is none (<c>order</c>).</summary>
    /// <param name="word">In lower case.</param>
    /// <param name="sounds">Gets the numbers of the sounds.</param>
    public static bool Read(ReadOnlySpan<char> word, List<ushort> sounds)
    {
        ArgumentNullException.ThrowIfNull(sounds);
        sounds.Clear();
        return word.Length is > 1 and <= 24 && ReadFrom(word, sounds);
    }

    private static bool ReadFrom(ReadOnlySpan<char> word, List<ushort> sounds)
    {
        if (word.Length == 0)
            return true;
        var lookup = Numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var length = Math.Min(6, word.Length); length > 0; length--)
        {
            if (!lookup.TryGetValue(word[..length], out var number))
                continue;
            sounds.Add(number);
            if (ReadFrom(word[length..], sounds))
                return true;
            sounds.RemoveAt(sounds.Count - 1);
        }
        return false;
    }

    /// <summary>The sound as far as everybody hears it.</summary>
    private static string Plain(string syllable)
    {
        var plain = syllable switch
        {
            ['z' or 'c' or 's', 'h', ..] => syllable[0] + syllable[2..],
            ['l', 'v', ..] => "lu" + syllable[2..],
            ['n', 'v', ..] => "nu" + syllable[2..],
            _ => syllable,
        };
        return plain.EndsWith("ng", StringComparison.Ordinal) && plain.Length > 3 ? plain[..^1] : plain;
    }

    private static ushort[] Load()
    {
        using var unpacked = new GZipStream(Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.sounds.txt.gz")!, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        var table = new ushort['\u9fa5' - '\u4e00' + 1];
        var plains = new Dictionary<string, ushort>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var syllable = line[..space];
            if (!plains.TryGetValue(Plain(syllable), out var number))
                plains.Add(Plain(syllable), number = (ushort)(plains.Count + 1));
            Numbers.TryAdd(syllable, number);
            Numbers.TryAdd(Plain(syllable), number);
            foreach (var letter in line.AsSpan(space + 1))
                table[letter - '\u4e00'] = number;
        }
        return table;
    }
}
