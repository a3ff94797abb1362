using Queqiao.Text.Features;
using Queqiao.Text.Folding;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Passages;

/// <summary>A term of a text and where it stands in the folded text.</summary>
/// <param name="Hash">Equal for equal terms.</param>
/// <param name="Start">In the folded text.</param>
/// <param name="End">The first character behind it.</param>
/// <param name="Sound">Of a pair of Chinese characters: equal for pairs that sound alike; 0 otherwise.</param>
/// <param name="IsWord">Of letters.</param>
internal readonly record struct PassageTerm(ulong Hash, int Start, int End, ulong Sound, bool IsWord);

/// <summary>Cuts texts into what passages are found by: pairs of Chinese characters, words without their endings, numbers. Keeps its memory; not for several threads.</summary>
internal sealed class PassageTerms
{
    private readonly FoldedText _folded = new();
    private readonly List<TextUnit> _units = [];

    public FoldedText Folded => _folded;

    public List<PassageTerm> List { get; } = [];

    /// <param name="text">Any.</param>
    /// <param name="singles">Single Chinese characters are terms too.</param>
    public void Read(string text, bool singles)
    {
        TextFolding.Fold(text, _folded);
        TextUnits.Of(_folded.Letters, _units);
        List.Clear();
        for (var i = 0; i < _units.Count; i++)
        {
            var unit = _units[i];
            if (unit.Kind == UnitKind.Mark)
                continue;
            var letters = _folded.Letters.Slice(unit.Start, unit.Length);
            var end = unit.Start + unit.Length;
            if (unit.Kind != UnitKind.Sign)
            {
                List.Add(new(NGrams.Hash(unit.Kind == UnitKind.Word ? Meanings.Stem(letters) : letters), unit.Start, end, 0, unit.Kind == UnitKind.Word));
                continue;
            }
            var isPair = i + 1 < _units.Count && _units[i + 1].Kind == UnitKind.Sign && _units[i + 1].Start == end;
            if (isPair)
                List.Add(new(NGrams.Hash(_folded.Letters.Slice(unit.Start, unit.Length + _units[i + 1].Length)), unit.Start, end + _units[i + 1].Length, SoundOf(_folded.Letters[unit.Start], _folded.Letters[end]), false));
            var isAlone = !isPair && !(i > 0 && _units[i - 1].Kind == UnitKind.Sign && _units[i - 1].Start + _units[i - 1].Length == unit.Start);
            if (singles || isAlone)
                List.Add(new(NGrams.Hash(letters), unit.Start, end, 0, false));
        }
    }

    public static ulong SoundOf(char first, char second) => SoundOf(Sounds.Of(first), Sounds.Of(second));

    public static ulong SoundOf(ushort first, ushort second) => first == 0 || second == 0 ? 0 : ((((ulong)first << 16) | second) * 0x9E3779B97F4A7C15) | 1;
}
