using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Contacts;

public sealed class ConsentTests
{
    private static async Task<string> Notice(Site site, string mode, string text = "We keep what you write to answer you.", object? purposes = null)
    {
        var notice = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/notices", new
        {
            locale = "en", text, purposes = purposes ?? new { marketing = "Send me offers.", analytics = "Use my chats to improve." },
        })).Body;
        (await site.Owner.Api.Patch($"/api/v1/channels/{site.ChannelId}", new { settings = new { notice = mode } })).Expect(HttpStatusCode.OK);
        return notice.Text("hash");
    }

    private static async Task<ApiAnswer> Session(Site site, object? notice = null, string? token = null)
    {
        using var api = new ApiClient(site.Address);
        return await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, notice, visitorToken = token, locale = "en" });
    }

    private static async Task<List<ConsentRow>> Ledger(Site site)
    {
        await using var db = site.Storage.Read(1);
        return await db.Visible(Scope<ConsentRow>.Workspace(1)).OrderBy(row => row.At).ThenBy(row => row.Id).ToListAsync();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Nobody_writes_before_they_accepted_and_nothing_is_stored_before_they_write(string engine)
    {
        await using var site = await Site.Open(engine);
        var hash = await Notice(site, "accept");
        var first = (await Session(site)).Expect(HttpStatusCode.OK);
        var notice = first.GetProperty("config").GetProperty("notice");
        Assert.Equal(("accept", hash, false), (notice.Text("mode"), notice.Text("hash"), notice.GetProperty("answered").GetBoolean()));
        var early = new VisitorClient(site, site.ChannelId, first.Text("visitorToken"));
        Assert.Equal("notice_required", (await early.Post("/widget/v1/messages", new { clientId = "a", text = "hi" })).Code);
        await using (var socket = await early.Socket())
        {
            await socket.Send(new { op = "send", clientId = "b", text = "hi" });
            await socket.Error("notice_required");
        }

        var session = (await Session(site, new { hash, accepted = true, purposes = new[] { "analytics" } }, early.Token)).Expect(HttpStatusCode.OK);
        Assert.Empty(await Ledger(site));
        await using (var db = site.Storage.Read(1))
            Assert.Empty(await db.Visible(Scope<Contact>.Workspace(1)).ToListAsync());

        await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Say("hello");
        var ledger = await Ledger(site);
        Assert.Equal([("analytics", "given"), ("service", "given")], ledger.OrderBy(row => row.Purpose, StringComparer.Ordinal).Select(row => (row.Purpose, row.Act)));
        Assert.All(ledger, row => Assert.Equal((hash, "en", 1, "widget", site.ChannelId), (Convert.ToHexStringLower(row.NoticeHash!), row.NoticeLocale, row.NoticeVersion, row.How, row.ChannelId)));
    }

    [Fact]
    public async Task A_notice_that_is_only_shown_is_noted_and_stops_nobody()
    {
        await using var site = await Site.Open();
        var hash = await Notice(site, "notice");
        var session = (await Session(site, new { hash })).Expect(HttpStatusCode.OK);
        var visitor = new VisitorClient(site, site.ChannelId, session.Text("visitorToken"));
        await visitor.Say("one");
        await visitor.Say("two");
        var row = Assert.Single(await Ledger(site));
        Assert.Equal(("service", "shown"), (row.Purpose, row.Act));
    }

    [Fact]
    public async Task A_new_text_has_to_be_accepted_anew_and_an_old_one_cannot_be()
    {
        await using var site = await Site.Open();
        var old = await Notice(site, "accept");
        var session = (await Session(site, new { hash = old, accepted = true })).Expect(HttpStatusCode.OK);
        var visitor = new VisitorClient(site, site.ChannelId, session.Text("visitorToken"));
        await visitor.Say("one");
        var hash = await Notice(site, "accept", "We keep what you write for a year.");
        Assert.NotEqual(old, hash);
        Assert.Equal("notice_required", (await visitor.Post("/widget/v1/messages", new { clientId = "b", text = "two" })).Code);
        Assert.Equal("notice_unknown", (await Session(site, new { hash = old, accepted = true }, visitor.Token)).Code);
        var again = (await Session(site, new { hash, accepted = true }, visitor.Token)).Expect(HttpStatusCode.OK);
        await new VisitorClient(site, site.ChannelId, again.Text("visitorToken")).Say("two");
        Assert.Equal([1, 2], (await Ledger(site)).Select(row => row.NoticeVersion!.Value));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task After_a_withdrawal_the_next_use_is_refused(string engine)
    {
        await using var site = await Site.Open(engine);
        var gate = site.The<PurposeGate>();
        var hash = await Notice(site, "notice");
        var session = (await Session(site, new { hash, purposes = new[] { "marketing" } })).Expect(HttpStatusCode.OK);
        var visitor = new VisitorClient(site, site.ChannelId, session.Text("visitorToken"));
        await visitor.Say("hello");
        var contact = (await Ledger(site))[0].ContactId;
        Assert.Null(await gate.Require(1, contact, Purposes.Marketing, default));
        Assert.Null(await gate.Require(1, contact, Purposes.Service, default));
        Assert.Equal("purpose_not_allowed", (await gate.Require(1, contact, Purposes.Analytics, default))!.Code);
        Assert.Equal("purpose_not_allowed", (await gate.Require(1, contact, Purposes.CrossBorder, default))!.Code);

        site.Time.Move(TimeSpan.FromSeconds(1));
        var answer = (await visitor.Post("/widget/v1/consents", new { purpose = "marketing", given = false })).Expect(HttpStatusCode.OK);
        Assert.Equal([("marketing", false), ("analytics", false)], answer.Items().Select(item => (item.Text("purpose"), item.GetProperty("given").GetBoolean())));
        Assert.Equal("purpose_not_allowed", (await gate.Require(1, contact, Purposes.Marketing, default))!.Code);

        // The token still carries the old yes. It does not come back.
        var later = (await Session(site, null, visitor.Token)).Expect(HttpStatusCode.OK);
        await new VisitorClient(site, site.ChannelId, later.Text("visitorToken")).Say("still here");
        Assert.Equal("purpose_not_allowed", (await gate.Require(1, contact, Purposes.Marketing, default))!.Code);

        site.Time.Move(TimeSpan.FromSeconds(1));
        (await visitor.Post("/widget/v1/consents", new { purpose = "marketing", given = true })).Expect(HttpStatusCode.OK);
        Assert.Null(await gate.Require(1, contact, Purposes.Marketing, default));
        Assert.Equal(["given", "withdrawn", "given"], (await Ledger(site)).Where(row => row.Purpose == "marketing").Select(row => row.Act));
    }

    [Fact]
    public async Task What_is_switched_before_the_first_message_travels_with_the_token()
    {
        await using var site = await Site.Open();
        await Notice(site, "notice");
        var visitor = await site.Visitor();
        var answer = (await visitor.Post("/widget/v1/consents", new { purpose = "marketing", given = true })).Expect(HttpStatusCode.OK);
        Assert.Empty(await Ledger(site));
        var same = new VisitorClient(site, site.ChannelId, answer.Text("visitorToken"));
        Assert.Equal([true, false], (await same.Get("/widget/v1/consents")).Expect(HttpStatusCode.OK).Items().Select(item => item.GetProperty("given").GetBoolean()));
        await same.Say("hello");
        Assert.Equal([("marketing", "given"), ("service", "shown")], (await Ledger(site)).OrderBy(row => row.Purpose, StringComparer.Ordinal).Select(row => (row.Purpose, row.Act)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_ledger_and_the_notices_cannot_be_changed(string engine)
    {
        await using var site = await Site.Open(engine);
        var hash = await Notice(site, "notice");
        var session = (await Session(site, new { hash })).Expect(HttpStatusCode.OK);
        await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Say("hello");
        await Assert.ThrowsAnyAsync<Exception>(() => site.Storage.Run(1, (unit, ct) =>
            unit.Db.Visible(Scope<ConsentRow>.Workspace(1)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Act, "given"), ct), default));
        await Assert.ThrowsAnyAsync<Exception>(() => site.Storage.Run(1, (unit, ct) => unit.Db.Visible(Scope<ConsentRow>.Workspace(1)).ExecuteDeleteAsync(ct), default));
        await Assert.ThrowsAnyAsync<Exception>(() => site.Storage.Run(1, (unit, ct) =>
            unit.Db.Table<ConsentNotice>().ExecuteUpdateAsync(set => set.SetProperty(notice => notice.Text, "x"), ct), default));
    }

    [Fact]
    public async Task Purposes_are_asked_for_one_by_one()
    {
        await using var site = await Site.Open();
        var path = $"/api/v1/channels/{site.ChannelId}/notices";
        async Task<ApiAnswer> Publish(object purposes) => await site.Owner.Api.Post(path, new { locale = "en", text = "t", purposes });
        Assert.Equal(HttpStatusCode.BadRequest, (await Publish(new Dictionary<string, string> { ["marketing,analytics"] = "both" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Publish(new { service = "always" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Publish(new { marketing = "" })).Status);
        Assert.Equal(HttpStatusCode.Created, (await Publish(new { marketing = "offers" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await Publish(new { marketing = "offers" })).Status);
        Assert.Equal(2, (await Publish(new { marketing = "other offers" })).Expect(HttpStatusCode.Created).GetProperty("version").GetInt32());
        var hash = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items().First().Text("hash");
        Assert.Equal(HttpStatusCode.BadRequest, (await Session(site, new { hash, purposes = new[] { "analytics" } })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Post(path, new { locale = "en", text = "t" })).Status);
    }

    [Fact]
    public void A_no_of_one_of_two_merged_contacts_counts_for_both()
    {
        ConsentRow Row(Guid contact, string act, long at) => new() { Ws = 1, Id = Guid.CreateVersion7(), ContactId = contact, Purpose = "marketing", Act = act, At = at, How = "agent" };
        var (a, b) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Assert.True(Queqiao.Server.Contacts.Consenting.Consents.Replay([Row(a, "withdrawn", 1), Row(a, "given", 2)])["marketing"]);
        Assert.False(Queqiao.Server.Contacts.Consenting.Consents.Replay([Row(a, "given", 2), Row(b, "withdrawn", 1)])["marketing"]);
        Assert.Empty(Queqiao.Server.Contacts.Consenting.Consents.Replay([]));
    }
}
