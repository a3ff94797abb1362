using System.Globalization;
using System.Text.RegularExpressions;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Bot.Translating;

/// <summary>
/// What identifies a person does not leave the house: phones, addresses, numbers of cards go as signs (<c>⟦1⟧</c>) and come back into the
/// translation. One that lost a sign, or has one twice, is no translation. Pure.
/// </summary>
internal sealed partial record HiddenPieces(string Text, IReadOnlyList<string> Pieces)
{
    public static HiddenPieces Of(string text)
    {
        var plain = text.Replace('⟦', '[').Replace('⟧', ']'); // nobody brings signs of their own
        var found = PersonalData.In(plain);
        var hidden = plain;
        for (var i = found.Count - 1; i >= 0; i--)
            hidden = string.Concat(hidden.AsSpan(0, found[i].Start), Sign(i), hidden.AsSpan(found[i].Start + found[i].Length));
        return new(hidden, [.. found.Select(piece => plain.Substring(piece.Start, piece.Length))]);
    }

    public string? Shown(string? translated)
    {
        if (translated is null || !Signs().Matches(translated).Select(match => match.Value).Order(StringComparer.Ordinal).SequenceEqual(Pieces.Select((_, i) => Sign(i)).Order(StringComparer.Ordinal)))
            return null;
        return Signs().Replace(translated, match => Pieces[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - 1]);
    }

    private static string Sign(int i) => string.Create(CultureInfo.InvariantCulture, $"⟦{i + 1}⟧");

    [GeneratedRegex("⟦([0-9]{1,3})⟧", RegexOptions.NonBacktracking)]
    private static partial Regex Signs();
}
