namespace Queqiao.Server.Contacts;

/// <summary>How a code looks that joins two channels of one person.</summary>
internal static class LinkCode
{
    public const int Digits = 9;
    private const int MostTyped = 40;

    /// <summary>The code in a text that is nothing but one, however it is spaced; null: there is none.</summary>
    public static string? In(string? text)
    {
        if (text is null || text.Length > MostTyped)
            return null;
        var code = string.Concat(text.Where(letter => !char.IsWhiteSpace(letter) && letter is not '-'));
        return code.Length == Digits && code.All(char.IsAsciiDigit) ? code : null;
    }
}
