using System.Buffers.Text;

namespace Queqiao.Server.Platform.Security;

/// <summary>Base64url as tokens use it: without padding, and one text for one value.</summary>
internal static class Base64UrlText
{
    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Null when it is anything else: other letters, padding, or bits in the last letter that nobody reads.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length % 4 == 1 || text.ContainsAnyExcept(Letters))
            return null;
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            return Base64Url.EncodeToString(bytes).AsSpan().SequenceEqual(text) ? bytes : null;
        }
        catch (FormatException)
        {
            return null; // the framework refuses some of those bits, not all
        }
    }
}
