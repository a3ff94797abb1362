namespace Queqiao.Channels.Tests.Support;

internal static class Assertions
{
    public static string Unspaced(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
}
