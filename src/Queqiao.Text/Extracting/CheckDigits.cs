namespace Queqiao.Text.Extracting;

/// <summary>Numbers that tell whether they were copied rightly.</summary>
public static class CheckDigits
{
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>GB 11643: 17 digits with a day of birth that exists, and a check digit.</summary>
    public static bool IsIdCard(ReadOnlySpan<char> number)
    {
        if (number.Length != 18)
            return false;
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            if (!char.IsAsciiDigit(number[i]))
                return false;
            sum += (number[i] - '0') * Weights[i];
        }
        return char.ToUpperInvariant(number[17]) == "10X98765432"[sum % 11] && number[0] is >= '1' and <= '8'
            && DateOnly.TryParseExact(number.Slice(6, 8), "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var born)
            && born.Year >= 1900;
    }

    /// <summary>ISO/IEC 7812 (Luhn).</summary>
    public static bool IsCard(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (digit is < 0 or > 9)
                return false;
            sum += i % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }
        return digits.Length is >= 13 and <= 19 && sum % 10 == 0;
    }
}
