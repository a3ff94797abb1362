namespace Queqiao.Server.Platform.I18n;

/// <summary>The beginning of a text, never half a character: what is outside the basic plane takes two places and is not cut apart.</summary>
internal static class ShortText
{
    /// <summary>At most so many places.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    /// <summary>At most so many places with the sign that it goes on.</summary>
    public static string Shorten(string text, int most) => text.Length <= most ? text : Cut(text, most - 1) + "…";
}
