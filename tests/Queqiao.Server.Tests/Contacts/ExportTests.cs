using System.Net;
using Queqiao.Server.Platform.Tables;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Contacts;

public sealed class ExportTests
{
    [Theory]
    [InlineData("plain", "plain"), InlineData(null, ""), InlineData("a,b", "\"a,b\""), InlineData("say \"hi\"", "\"say \"\"hi\"\"\""), InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1"), InlineData("@SUM(A1)", "'@SUM(A1)"), InlineData("-2+3", "'-2+3"), InlineData("+86 138", "'+86 138"), InlineData("  =1", "'  =1"), InlineData("\"=1\"", "\"'\"\"=1\"\"\"")]
    [InlineData("\t=1", "'\t=1"), InlineData("＝1+1", "'＝1+1"), InlineData("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), InlineData("=1,2", "\"'=1,2\"")]
    public void Cells_are_quoted_and_never_formulas(string? value, string cell) => Assert.Equal(cell, Csv.Cell(value));

    [Fact]
    public async Task Contacts_leave_as_csv_for_who_may_and_the_audit_knows()
    {
        await using var site = await Site.Open();
        (await site.Owner.Api.Post("/api/v1/contacts", new { name = "=HYPERLINK(\"http://evil\")", tags = new[] { "vip", "老客户" }, identities = new[] { new { kind = "email", externalId = "a@example.com" } } })).Expect(HttpStatusCode.Created);
        for (var i = 0; i < 3; i++)
            (await site.Owner.Api.Post("/api/v1/contacts", new { name = "王芳" + i })).Expect(HttpStatusCode.Created);
#pragma warning disable RS0030 // tests speak to their own server
        using var http = new HttpClient { BaseAddress = site.Address };
#pragma warning restore RS0030
        http.DefaultRequestHeaders.Add("Cookie", site.Owner.Cookie);
        http.DefaultRequestHeaders.Add("Accept-Language", "zh-CN");
        var bytes = await http.GetByteArrayAsync("/api/v1/contacts/export");
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = System.Text.Encoding.UTF8.GetString(bytes[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("编号,姓名,已验证,邮箱", lines[0], StringComparison.Ordinal);
        Assert.Equal(5, lines.Length);
        Assert.Contains(lines, line => line.Contains("\"'=HYPERLINK(\"\"http://evil\"\")\"", StringComparison.Ordinal) && line.Contains("vip; 老客户", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Get("/api/v1/contacts/export")).Status);
    }
}
