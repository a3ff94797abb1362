using System.Text.RegularExpressions;
using Queqiao.Mail.Html;

namespace Queqiao.Mail.Tests;

public sealed partial class ShownHtmlTests
{
    private static string Show(string html, bool remote = false) => MailHtml.Show(html, id => id == "pic@x" ? "/files/1" : null, remote).Html;

    [Theory]
    [InlineData("<p>Hi <b>you</b>", "<p>Hi <b>you</b></p>")]
    [InlineData("a < b & c &lt;d&gt; &amp;amp;", "a &lt; b &amp; c &lt;d&gt; &amp;amp;")]
    [InlineData("<p>one<p>two", "<p>one</p><p>two</p>")]
    [InlineData("<table><tr><td>1<td>2<tr><td>3</table>x", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>x")]
    [InlineData("</div></p>x<br/>", "x<br>")]
    [InlineData("<A HREF='HTTPS://x.test/?a=1&amp;b=\"2\"' onclick=x>y</A>", "<a href=\"HTTPS://x.test/?a=1&amp;b=&quot;2&quot;\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">y</a>")]
    [InlineData("<img src=cid:pic%40x alt='a\"b'>", "<img src=\"/files/1\" alt=\"a&quot;b\">")]
    [InlineData("<img src=cid:other>", "<img alt=\"\">")]
    [InlineData("<img src=\"data:image/png;base64,AA==\">", "<img src=\"data:image/png;base64,AA==\" alt=\"\">")]
    [InlineData("<p style=\"color: #F00; position:fixed; background:url(//x); width:expression(1); font-family:'宋体', Arial; border:1px solid rgb(1, 2, 3)\">x", "<p style=\"color:#F00;font-family:&#39;宋体&#39;, Arial;border:1px solid rgb(1, 2, 3)\">x</p>")]
    [InlineData("<style>p{}</style><title>t</title><!-- c --><!doctype html><?xml ?><o:p>x</o:p>", "x")]
    [InlineData("<script>a</scripty>b</script >c", "c")]
    [InlineData("<svg><style><img src=x onerror=alert(1)></style></svg>y", "y")]
    [InlineData("<td colspan=999999 width=10%>x", "<td width=\"10%\">x</td>")]
    public void A_mail_is_written_anew(string html, string shown) => Assert.Equal(shown, Show(html));

    [Fact]
    public void Pictures_from_elsewhere_come_only_when_asked_for()
    {
        const string Html = "<img src='http://x.test/a.png'><img src='//x.test/b.png'><img src=cid:pic@x><div background='http://x.test/c.png' style='background-image:url(http://x.test/d.png)'>";
        var shown = MailHtml.Show(Html, _ => "/f");
        Assert.Equal(2, shown.RemoteImages);
        Assert.DoesNotContain("x.test", shown.Html, StringComparison.Ordinal);
        Assert.Contains("src=\"https://x.test/b.png\" referrerpolicy=\"no-referrer\"", MailHtml.Show(Html, _ => "/f", remote: true).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div>Yes</div><blockquote type=cite>old <blockquote>older</blockquote></blockquote>", "<div>Yes</div><details class=\"quoted\"><summary></summary><blockquote>old <blockquote>older</blockquote></blockquote></details>")]
    [InlineData("<p>Yes</p><div class=\"gmail_quote\">On … <blockquote>old</blockquote></div>", "<p>Yes</p><details class=\"quoted\"><summary></summary><div>On … <blockquote>old</blockquote></div></details>")]
    [InlineData("<div><p>Yes</p><hr id=\"x_appendonsend\"><div>From: a</div></div>z", "<div><p>Yes</p><details class=\"quoted\"><summary></summary><hr><div>From: a</div></details></div>z")]
    [InlineData("<p>Yes</p><div id=\"divRplyFwdMsg\">From: a</div><div>old</div>", "<p>Yes</p><details class=\"quoted\"><summary></summary><div>From: a</div><div>old</div></details>")]
    [InlineData("<div>好</div><div id=\"isReplyContent\"><p>旧</p></div>", "<div>好</div><details class=\"quoted\"><summary></summary><div><p>旧</p></div></details>")]
    public void What_is_quoted_is_folded(string html, string shown) => Assert.Equal(shown, Show(html));

    /// <summary>Ways to run a script that browsers have known, and what came of them.</summary>
    public static readonly TheoryData<string> Hostile =
    [
        "<script>alert(1)</script>", "<SCRIPT SRC=//x.test/x.js>", "<img src=x onerror=alert(1)>", "<img/src=x/onerror=alert(1)>", "<img src=\"x\"onerror=alert(1)>", "<img src=`x`onerror=alert(1)>",
        "<svg onload=alert(1)>", "<svg><script>alert(1)</script>", "<svg><a xlink:href=javascript:alert(1)>x", "<math><mtext><style><img src=x onerror=alert(1)></style></math>", "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
        "<a href=javascript:alert(1)>x", "<a href=' javascript:alert(1)'>x", "<a href=\"java\tscript:alert(1)\">x", "<a href=\"java&#10;script:alert(1)\">x", "<a href=\"&#x6A;avascript:alert(1)\">x", "<a href=\"\u0001javascript:alert(1)\">x", "<a href=vbscript:x>x", "<a href=data:text/html,<script>alert(1)</script>>x", "<a href=\"https://x.test/\" href=\"javascript:alert(1)\">x",
        "<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<form action=javascript:alert(1)><button>x", "<button formaction=javascript:alert(1)>x", "<input onfocus=alert(1) autofocus>", "<details open ontoggle=alert(1)>x", "<body onload=alert(1)>", "<base href=javascript:/>", "<link rel=stylesheet href=//x.test>", "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<div style=\"background:url(javascript:alert(1))\">x", "<div style=\"width:expression(alert(1))\">x", "<div style=\"b\\61 ckground:u\\72l(//x.test)\">x", "<div style=\"color:red;/**/behavior:url(x)\">x", "<p style='x:\";alert(1)//'>x", "<style>@import '//x.test'</style>", "<style><!--</style><img src=x onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\">", "<title><a title=\"</title><img src=x onerror=alert(1)>\">", "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">", "<template><img src=x onerror=alert(1)></template>", "<select><template><img src=x onerror=alert(1)>", "<table><td><form><img src=x onerror=alert(1)>",
        "<!--><img src=x onerror=alert(1)>-->", "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->", "<![CDATA[<img src=x onerror=alert(1)>]]>", "<?xml-stylesheet href=javascript:alert(1)?>", "<img title=\"--><img src=x onerror=alert(1)>\">", "<p title='\"><img src=x onerror=alert(1)>'>x", "<a title=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\">x", "<<script>alert(1)//<</script>", "<scr<script>ipt>alert(1)</script>", "<img src=x:x onerror=alert(1)//", "<p><<img src=x onerror=alert(1)>", "<x/onclick=alert(1)>x", "<a\u000Chref=javascript:alert(1)>x", "<img src=data:image/svg+xml;base64,PHN2Zz4=>", "<img srcset=//x.test/a src=x>", "<video><source onerror=alert(1)>", "<audio src=x onerror=alert(1)>", "<marquee onstart=alert(1)>x", "<isindex action=javascript:alert(1)>", "<keygen autofocus onfocus=alert(1)>", "<plaintext><img src=x onerror=alert(1)>", "<div id=a style=\"position:fixed;inset:0;z-index:9\">x",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Nothing_runs_nothing_is_fetched_nothing_covers(string html)
    {
        var shown = Show(html);
        foreach (Match tag in Tags().Matches(shown))
        {
            Assert.Matches(WholeTag(), tag.Value);
            Assert.DoesNotMatch(Forbidden(), Values().Replace(tag.Value, "=\"\""));
            Assert.DoesNotMatch("(?i)(href|src)=\"(?!https?://|mailto:|tel:|/files/|data:image/(png|jpeg|gif|webp);base64)", tag.Value);
            Assert.DoesNotMatch("(?i)style=\"[^\"]*(url|expression|position|@|\\\\|/\\*)", tag.Value);
        }
        Assert.Equal(shown, Show(shown)); // what is shown is stable: read again it is the same
    }

    [Fact]
    public void Nobody_makes_it_slow_or_deep()
    {
        foreach (var html in (string[])[string.Concat(Enumerable.Repeat("<div>", 300_000)), string.Concat(Enumerable.Repeat("<b>x", 200_000)), new string('<', 1_000_000), "<a " + string.Concat(Enumerable.Repeat("x=1 ", 300_000)), string.Concat(Enumerable.Repeat("<p title='", 100_000)), string.Concat(Enumerable.Repeat("</script", 100_000)), string.Concat(Enumerable.Repeat("<table><tr><td>", 60_000))])
        {
            var shown = MailHtml.Show(html, _ => null).Html;
            Assert.True(Regex.Count(shown, "<(?!/)") <= 20_001);
        }
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex("^</?[a-z0-9]+(?: [a-z]+=\"[^\"<>]*\")*>$")]
    private static partial Regex WholeTag();

    [GeneratedRegex("=\"[^\"]*\"")]
    private static partial Regex Values();

    [GeneratedRegex(@"(?i)<(script|style|svg|math|iframe|object|embed|form|input|button|meta|link|base|template|video|audio|body|select|textarea)\b| on[a-z]+=|srcset|formaction|xlink| id=| name=")]
    private static partial Regex Forbidden();
}
