using Queqiao.Server.Platform.Files;

namespace Queqiao.Server.Tests.Files;

/// <summary>Names come from strangers' computers and end in headers, folders and eyes.</summary>
public sealed class FileNameTests
{
    [Theory]
    // as it is
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("发票 2026年11月.pdf", "发票 2026年11月.pdf")]
    [InlineData("請求書（控え）.xlsx", "請求書（控え）.xlsx")]
    [InlineData("견적서.docx", "견적서.docx")]
    [InlineData("ملف.pdf", "ملف.pdf")]
    [InlineData("Übersicht – final (2).txt", "Übersicht – final (2).txt")]
    [InlineData("a.tar.gz", "a.tar.gz")]
    [InlineData("😀.png", "😀.png")]
    [InlineData("𠮷野家.jpg", "𠮷野家.jpg")]
    // paths
    [InlineData("/etc/passwd", "passwd")]
    [InlineData("..\\..\\windows\\a.exe", "a.exe")]
    [InlineData("../../a.txt", "a.txt")]
    [InlineData("C:\\fakepath\\照片.jpg", "照片.jpg")]
    [InlineData("a/b/", "file")]
    [InlineData("..", "file")]
    [InlineData(".", "file")]
    [InlineData("...", "file")]
    [InlineData("", "file")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData("~root.txt", "root.txt")]
    [InlineData("a.txt...", "a.txt")]
    [InlineData("a.txt   ", "a.txt")]
    [InlineData("   a.txt", "a.txt")]
    [InlineData("a.txt::$DATA", "a.txt$DATA")]
    [InlineData("x:y.txt", "xy.txt")]
    // control characters and lines
    [InlineData("a\0b.txt", "ab.txt")]
    [InlineData("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie x=1.txt")]
    [InlineData("a\tb.txt", "ab.txt")]
    [InlineData("a\u001b[31mb.txt", "a[31mb.txt")]
    [InlineData("a\u0085b.txt", "ab.txt")]
    [InlineData("a\u2028b\u2029.txt", "ab.txt")]
    // what hides the extension
    [InlineData("invoice\u202Egpj.exe", "invoicegpj.exe")]
    [InlineData("a\u200E\u200F\u061Cb.txt", "ab.txt")]
    [InlineData("a\u2066\u2067\u2068\u2069.pdf", "a.pdf")]
    [InlineData("a\u200B\u200C\u200D\u2060\uFEFF.pdf", "a.pdf")]
    [InlineData("a.pd\u00ADf", "a.pdf")]
    [InlineData("\U000E0041a.txt", "a.txt")]
    [InlineData("\u3164.txt", "txt")]
    [InlineData("a\u2008b.txt", "a b.txt")]
    [InlineData("a\u3000\u00A0\u2009 b.txt", "a b.txt")]
    [InlineData("a\uFE0F.txt", "a.txt")]
    [InlineData("a\uE000.txt", "a.txt")]
    // what headers and shells read
    [InlineData("a\"b'c.txt", "ab'c.txt")]
    [InlineData("<script>alert(1)</script>.png", "script.png")]
    [InlineData("a|b?c*.txt", "abc.txt")]
    // devices
    [InlineData("CON", "_CON")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("com1.tar.gz", "_com1.tar.gz")]
    [InlineData("console.txt", "console.txt")]
    // composed, wherever the parts came from
    [InlineData("Cafe\u0301.txt", "Café.txt")]
    [InlineData("e\u200D\u0301.txt", "é.txt")]
    [InlineData("ﬁle.txt", "ﬁle.txt")]
    public void A_name_is_made_safe_and_stays_readable(string given, string clean)
    {
        Assert.Equal(clean, FileName.Clean(given));
        Assert.Equal(clean, FileName.Clean(clean)); // twice changes nothing
    }

    [Fact]
    public void Half_a_character_disappears() => Assert.Equal("a.txt", FileName.Clean("a\ud83d.txt"));

    [Fact]
    public void Long_names_keep_their_extension_and_whole_characters()
    {
        foreach (var letter in (string[])["长", "a", "😀"])
        {
            for (var extra = 0; extra < 3; extra++)
            {
                var name = FileName.Clean(new string('x', extra) + string.Concat(Enumerable.Repeat(letter, 300)) + ".pdf");
                Assert.InRange(name.Length, 100, FileName.Most);
                Assert.EndsWith("….pdf", name, StringComparison.Ordinal);
                Assert.Equal(name, new string(System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(name))));
            }
        }
    }

    [Theory]
    [InlineData("a.PDF", "pdf"), InlineData("a", ""), InlineData(".pdf", ""), InlineData("a.b.c", "c")]
    public void The_extension_is_what_follows_the_last_dot(string name, string extension) => Assert.Equal(extension, FileName.ExtensionOf(name));
}
