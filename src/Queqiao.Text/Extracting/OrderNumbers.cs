using System.Text.RegularExpressions;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Extracting;

/// <summary>Numbers of orders, parcels and the like: letters and digits, or many digits.</summary>
public static partial class OrderNumbers
{
    /// <summary>What may be such a number, as it is compared: upper case, no gaps. Longest first.</summary>
    public static IReadOnlyList<string> In(string text) =>
        [.. Shape().Matches(TextFolding.Fold(text)).Select(match => match.Value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant()).OrderByDescending(number => number.Length)];

    [GeneratedRegex(@"(?<![a-z0-9])(?:[a-z]{1,5}-?\d{4,24}|\d{8,24})(?![a-z0-9])")]
    internal static partial Regex Shape();
}
