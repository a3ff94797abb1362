using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Knowledge.Importing;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Queqiao.Server.Tests.Knowledge;

/// <summary>PDF files and sites, and what an item said before.</summary>
public sealed class ReadingFromElsewhereTests
{
    [Fact]
    public async Task A_PDF_file_becomes_an_article_with_its_headings_and_tables()
    {
        var pdf = new PdfDocumentBuilder();
        var font = pdf.AddStandard14Font(Standard14Font.Helvetica);
        var page = pdf.AddPage(PageSize.A4);
        page.AddText("Warranty of the H1", 22, new PdfPoint(50, 780), font);
        page.AddText("The whole device is covered for one year from the day of delivery.", 11, new PdfPoint(50, 740), font);
        page.AddText("Batteries", 15, new PdfPoint(50, 700), font);
        foreach (var (row, at) in new[] { ("Part", "Months"), ("Battery", "6"), ("Motor <b>", "24") }.Select((row, at) => (row, at)))
        {
            page.AddText(row.Item1, 11, new PdfPoint(50, 670 - (at * 18)), font);
            page.AddText(row.Item2, 11, new PdfPoint(250, 670 - (at * 18)), font);
        }
        var read = Assert.Single(await Server.Knowledge.Importing.Imports.Read("pdf", pdf.Build(), "h1.pdf", new ImportPlan(Language: "en"), default));
        var text = Assert.Single(read.Content.Texts);
        Assert.Equal(("Warranty of the H1", null), (text.Title, read.Fault));
        Assert.Contains("covered for one year", text.Body, StringComparison.Ordinal);
        Assert.Matches("(?m)^#+ Batteries$", text.Body);
        Assert.Contains("| Part | Months |\n|---|---|\n| Battery | 6 |\n| Motor \\<b> | 24 |", text.Body, StringComparison.Ordinal);
        var empty = new PdfDocumentBuilder();
        empty.AddPage(PageSize.A4);
        Assert.Equal("knowledge_no_text", Assert.Single(await Server.Knowledge.Importing.Imports.Read("pdf", empty.Build(), "scan.pdf", new ImportPlan(), default)).Fault);
    }

    [Fact]
    public async Task A_site_is_walked_below_its_path_as_robots_allows_and_goes_on_where_it_was()
    {
        var asked = new ConcurrentQueue<string>();
        var diesAt = "/help/b";
        using var stop = new CancellationTokenSource();
        var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
        await using var site = await Site.Open(also: services => services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>())));
        await using var web = await LocalServer.Start(async context =>
        {
            var path = context.Request.Path.Value!;
            asked.Enqueue(path);
            if (path == diesAt)
                await stop.CancelAsync(); // the server is killed while it reads this page
            context.Response.ContentType = path == "/robots.txt" ? "text/plain" : "text/html; charset=utf-8";
            await context.Response.WriteAsync(path switch
            {
                "/robots.txt" => "User-agent: *\nDisallow: /help/secret\n",
                "/help/" => Page("Start", "<a href=a>a</a><a href=b>b</a><a href=secret/x>s</a><a href=/shop>shop</a><a href='https://elsewhere.example/help/c'>c</a><a href=a#part>again</a>"),
                "/help/missing" => "",
                _ => Page(path, "<a href=/help/>home</a>"),
            }, context.RequestAborted);
        });
        var import = (await site.Owner.Api.Post("/api/v1/knowledge/imports", new { url = new Uri(web.Address, "/help/") })).Expect(HttpStatusCode.Created).Text("id");
        try
        {
            await site.The<Server.Platform.Jobs.JobWorker>().RunDue(stop.Token);
        }
        catch (OperationCanceledException)
        {
            // as after a kill: the lease runs out, and another try takes it up
        }
        diesAt = "";
        site.Time.Move(TimeSpan.FromHours(1));
        await site.RunDueJobs();
        var rows = (await site.Owner.Api.Get($"/api/v1/knowledge/imports/{import}/rows")).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal(["/help/", "/help/a", "/help/b"], rows.Select(row => new Uri(row.Text("place")).AbsolutePath));
        Assert.Equal(1, asked.Count(path => path == "/help/"));
        Assert.Equal(1, asked.Count(path => path == "/help/a"));
        Assert.DoesNotContain(asked, path => path.StartsWith("/help/secret", StringComparison.Ordinal) || path == "/shop");
        Assert.Equal("draft", (await site.Owner.Api.Get($"/api/v1/knowledge/imports/{import}")).Expect(HttpStatusCode.OK).Text("phase"));

        var closed = (await site.Owner.Api.Post("/api/v1/knowledge/imports", new { url = new Uri(web.Address, "/help/secret/x") })).Expect(HttpStatusCode.Created).Text("id");
        await site.RunDueJobs();
        Assert.Equal("knowledge_page_closed", (await site.Owner.Api.Get($"/api/v1/knowledge/imports/{closed}/rows")).Expect(HttpStatusCode.OK).Items().Single().Text("code"));
        Assert.DoesNotContain("/help/secret/x", asked);
    }

    [Fact]
    public async Task Versions_are_compared_and_an_old_one_comes_back_only_when_it_is_published()
    {
        await using var site = await Site.Open();
        var made = (await site.Owner.Api.Post("/api/v1/knowledge/articles", new { title = "运费", body = "第一行\n\n满 99 包邮\n\n末行" })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");
        var path = "/api/v1/knowledge/items/" + made;
        (await site.Owner.Api.Patch("/api/v1/knowledge/articles/" + made, new { body = "第一行\n\n满 199 包邮\n\n末行", publish = true })).Expect(HttpStatusCode.OK);
        var diff = (await site.Owner.Api.Get(path + "/diff?from=1&to=2")).Expect(HttpStatusCode.OK);
        var part = Assert.Single(diff.GetProperty("parts").EnumerateArray());
        Assert.Equal(["gone 满 99 包邮", "new 满 199 包邮"], part.GetProperty("lines").EnumerateArray().Select(line => $"{line.Text("kind")} {line.Text("text")}").Where(line => line.StartsWith("gone", StringComparison.Ordinal) || line.StartsWith("new", StringComparison.Ordinal)));

        var back = (await site.Owner.Api.Post(path + "/rollback", new { version = 1 })).Expect(HttpStatusCode.OK).GetProperty("item");
        Assert.Equal((3L, 2L, true), (back.Long("version"), back.Long("publishedVersion"), back.GetProperty("hasChanges").GetBoolean()));
        Assert.Contains("199", await Shown(site), StringComparison.Ordinal);
        (await site.Owner.Api.Post(path + "/publish", new { })).Expect(HttpStatusCode.OK);
        Assert.DoesNotContain("199", await Shown(site), StringComparison.Ordinal);
        Assert.Empty((await site.Owner.Api.Get(path + "/diff?from=1&to=3")).Expect(HttpStatusCode.OK).GetProperty("parts").EnumerateArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Get(path + "/diff?from=1&to=9")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path + "/rollback", new { version = 9 })).Status);
        Assert.Equal([3L, 2L, 1L], (await site.Owner.Api.Get(path + "/versions")).Expect(HttpStatusCode.OK).Items().Select(row => row.Long("version")));
    }

    private static async Task<string> Shown(Site site) => (await site.The<Server.Knowledge.IKnowledge>().Published(1, null, default)).Items.Single().Content.Texts[0].Body;

    private static string Page(string title, string links) => $"<html lang=en><title>{title}</title><main><h1>{title}</h1><p>A page that says enough to be kept as an article of its own.</p>{links}</main></html>";
}
