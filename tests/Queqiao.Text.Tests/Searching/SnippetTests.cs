using Queqiao.Text.Searching;

namespace Queqiao.Text.Tests.Searching;

public sealed class SnippetTests
{
    [Fact]
    public void A_short_text_is_shown_whole_on_one_line()
    {
        var snippet = Snippet.Of("第一行\n退款", [new(4, 6)]);
        Assert.Equal("第一行 退款", snippet.Text);
        Assert.Equal([new(4, 6)], snippet.Marks);
    }

    [Fact]
    public void A_long_text_is_cut_around_the_first_hit()
    {
        var text = new string('前', 200) + "退款" + new string('后', 200);
        var snippet = Snippet.Of(text, [new(200, 202)], 40);
        Assert.Equal(42, snippet.Text.Length);
        Assert.Equal(('…', '…'), (snippet.Text[0], snippet.Text[^1]));
        var mark = Assert.Single(snippet.Marks);
        Assert.Equal("退款", snippet.Text[mark.Start..mark.End]);
    }

    [Fact]
    public void No_character_is_cut_in_half()
    {
        var text = string.Concat(Enumerable.Repeat("😀", 100));
        for (var at = 0; at < 200; at += 2)
        {
            var shown = Snippet.Of(text, [new(at, at + 2)], 17).Text;
            Assert.Equal(shown, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(shown)));
        }
    }
}
