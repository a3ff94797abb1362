using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Tests.Platform.Problems;

public sealed class OneLineTests
{
    [Theory]
    [InlineData("Lin\u202egnp.exe")] // reads as "Linexe.png"
    [InlineData("a\u2066b")]
    [InlineData("a\u200fb")]
    [InlineData("a\u200bb")]
    [InlineData("a\nb")]
    [InlineData("a\u2028b")]
    [InlineData("\ufeffa")]
    public void What_turns_or_hides_letters_is_no_part_of_a_name(string text)
    {
        Assert.True(OneLine.HidesSomething(text));
        Assert.False(OneLine.HidesSomething(OneLine.Of(text)));
    }

    [Theory]
    [InlineData("林晓")]
    [InlineData("Ana\u00efs O\u2019Neill")]
    [InlineData("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")] // Persian needs its ZWNJ
    [InlineData("\ud83d\udc69\u200d\ud83d\udcbb")] // a woman with a laptop is two emoji and a ZWJ
    [InlineData("\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc73\udb40\udc63\udb40\udc74\udb40\udc7f")] // Scotland's flag
    public void What_names_need_stays(string text)
    {
        Assert.False(OneLine.HidesSomething(text));
        Assert.Same(text, OneLine.Of(text));
    }
}
