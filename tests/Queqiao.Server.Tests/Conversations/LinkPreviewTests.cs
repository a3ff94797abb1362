using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Conversations.LinkPreviews;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

public sealed class LinkPreviewTests
{
    private static readonly Uri Page = new("https://shop.example/p/1");

    [Fact]
    public void A_page_is_told_by_its_head()
    {
        var read = PageHead.Read("<title> Old </title><meta property='og:title' content='Blue&#10; kettle <b>'><meta name=Description content='1.7 L'><meta property=og:site_name content='Shop'>", Page, new Uri("https://www.shop.example/p/1"));
        Assert.Equal(new LinkPreview("https://shop.example/p/1", "www.shop.example", "Blue kettle <b>", "1.7 L", "Shop"), read);
        Assert.Equal("Only a title", PageHead.Read("<html><head><title>Only a\ttitle</title>", Page, Page)!.Title);
        Assert.Null(PageHead.Read("<p>nothing", Page, Page));
        var hostile = PageHead.Read($"<title>a\u202Eb{new string('x', 500)}</title>", Page, Page)!.Title;
        Assert.Equal(("a b", 201), (hostile[..3], hostile.Length));
    }

    [Fact]
    public void Addresses_are_found_as_they_are_shown() => Assert.Equal(
        ["https://a.example/x?y=1", "http://b.example/"],
        ShowLinks.AddressesIn("看https://a.example/x?y=1#part。再看 (http://b.example/), https://me:secret@c.example/ ftp://d.example javascript:alert(1) https://a.example/x?y=1").Select(one => one.AbsoluteUri));

    [Theory, OnSqlite, OnPostgres]
    public async Task Only_where_it_is_switched_on_and_only_what_one_may_read(string engine)
    {
        var asked = new Asked();
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<ILinkReader>(asked));
        var owner = site.Owner;
        var id = (await (await site.Visitor()).Say("see https://shop.example/p/1")).Text("conversationId");
        var seq = (await owner.Log(id)).Single(item => item.Text("kind") == "message").Long("seq");
        var path = $"/api/v1/conversations/{id}/messages/{seq}/links";
        Assert.Empty((await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(0, asked.Times);
        (await owner.Api.Patch("/api/v1/settings/conversations", new { linkPreviews = true })).Expect(HttpStatusCode.OK);
        Assert.Equal("A page", Assert.Single((await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items()).Text("title"));
        var li = await site.Agent("agent");
        await owner.Assign(id, owner.Id);
        Assert.Equal("not_found", (await li.Api.Get(path)).Code);
        Assert.Equal(1, asked.Times);
    }

    private sealed class Asked : ILinkReader
    {
        public int Times { get; private set; }

        public Task<LinkPreview?> Read(Uri address, CancellationToken ct)
        {
            Times++;
            return Task.FromResult<LinkPreview?>(new LinkPreview(address.AbsoluteUri, address.Host, "A page", null, null));
        }
    }
}
