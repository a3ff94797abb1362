using System.Net;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Automation;

/// <summary>Canned replies come from CSV and go there, without what a spreadsheet would run.</summary>
public sealed class MoveRepliesTests
{
    private const string Path = "/api/v1/canned-replies";

    private static async Task<string> Upload(AgentClient agent, string csv)
    {
        using var up = Uploader.Of(agent);
        return await up.Put("replies.csv", CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!.GetBytes(csv));
    }

    private static string Counts(JsonElement answer) => $"{answer.Long("added")} {answer.Long("changed")} {answer.Long("skipped")} {string.Join(',', answer.GetProperty("problems").EnumerateArray().Select(one => $"{one.Long("row")}:{one.Text("code")}"))}";

    private static async Task<string> Import(AgentClient agent, object request) => Counts((await agent.Api.Post(Path + "/import", request)).Expect(HttpStatusCode.OK));

    [Theory, OnSqlite, OnPostgres]
    public async Task Texts_are_tried_imported_overwritten_and_exported(string engine)
    {
        await using var site = await Site.Open(engine);
        const string csv = "快捷词,正文,标题\n你好,您好，请问有什么可以帮您？,问候\n/Refund,\"退款会在 3 天内\n到账\",\nbad one,x,\n你好,again,\nempty,,\n";
        var file = await Upload(site.Owner, csv);
        Assert.Equal("2 0 0 3:invalid_shortcut,4:reply_twice,5:required", await Import(site.Owner, new { fileId = file, shared = true, check = true }));
        Assert.Empty((await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("2 0 0 3:invalid_shortcut,4:reply_twice,5:required", await Import(site.Owner, new { fileId = file, shared = true }));
        var texts = (await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Items().ToDictionary(one => one.Text("shortcut"));
        Assert.Equal(("退款会在 3 天内\n到账", "refund", false), (texts["refund"].Text("body"), texts["refund"].Text("title"), texts["refund"].GetProperty("own").GetBoolean()));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(Path + "/import", new { fileId = file })).Status); // the file is gone

        const string again = "shortcut,title,body\nrefund,Refund,=1+1\n";
        Assert.Equal("0 0 1 ", await Import(site.Owner, new { fileId = await Upload(site.Owner, again), shared = true }));
        Assert.Equal("0 1 0 ", await Import(site.Owner, new { fileId = await Upload(site.Owner, again), shared = true, overwrite = true }));
#pragma warning disable RS0030 // tests speak to their own server
        using var http = new HttpClient { BaseAddress = site.Address };
#pragma warning restore RS0030
        http.DefaultRequestHeaders.Add("Cookie", site.Owner.Cookie);
        http.DefaultRequestHeaders.Add("Accept-Language", "en");
        var out1 = await http.GetStringAsync(Path + "/export");
        Assert.Contains("refund,Refund,'=1+1", out1, StringComparison.Ordinal);
        Assert.Contains("你好,问候,", out1, StringComparison.Ordinal);
        Assert.DoesNotContain("refund", await http.GetStringAsync(Path + "/export?shared=false"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_manage_shared_texts_imports_their_own()
    {
        await using var site = await Site.Open();
        var agent = await site.Agent("agent");
        var file = await Upload(agent, "hi,Hello,Hello there\n");
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post(Path + "/import", new { fileId = file, shared = true })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(Path + "/import", new { fileId = file })).Status);
        Assert.Equal("1 0 0 ", await Import(agent, new { fileId = file }));
        Assert.True(Assert.Single((await agent.Api.Get(Path)).Expect(HttpStatusCode.OK).Items()).GetProperty("own").GetBoolean());
        Assert.Empty((await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Items());
    }
}
