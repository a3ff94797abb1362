using System.Net;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.WrappingUp;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

public sealed class WrapUpTests
{
    private static readonly Guid After = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly Guid Refund = Guid.Parse("01900000-0000-7000-8000-000000000002");
    private static readonly Guid Parcel = Guid.Parse("01900000-0000-7000-8000-000000000003");

    private static readonly WrapUpPlan Plan = new(
        [new(After, "售后"), new(Refund, "退款", After, ["退款", "退钱"]), new(Parcel, "物流", After, ["快递", "物流"])], [new("solved", "已解决")], new WrapUpRule());

    [Fact]
    public void A_tree_has_ends_that_can_be_chosen_and_no_circles()
    {
        Assert.Null(Plan.Check(FieldSet.None));
        Assert.Equal("售后 / 退款", Plan.PathOf(Plan.Find(Refund)!));
        Assert.False(Plan.IsLeaf(Plan.Find(After)!));
        Assert.True(Plan.IsLeaf(Plan.Find(Refund)!));
        var circle = Plan with { Categories = [new(After, "a", Refund), new(Refund, "b", After)] };
        Assert.Contains("categories.0.parentId", circle.Check(FieldSet.None)!.Fields!.Keys);
        Assert.Contains("default", (WrapUpPlan.None with { Default = new(Mandatory: true) }).Check(FieldSet.None)!.Fields!.Keys);
        Assert.Contains("default.fields", (Plan with { Default = new(Fields: ["nothing"]) }).Check(FieldSet.None)!.Fields!.Keys);
    }

    [Fact]
    public void A_wrap_up_is_prefilled_when_one_category_fits_best()
    {
        Assert.Equal(Refund, WrapUpRules.Suggest(Plan, [], ["我要退款", "什么时候退钱"]));
        Assert.Equal(Parcel, WrapUpRules.Suggest(Plan, ["物流"], ["我要退款"]));
        Assert.Null(WrapUpRules.Suggest(Plan, [], ["退款", "快递"]));
        Assert.Null(WrapUpRules.Suggest(Plan, [], ["hello"]));
    }

    private static async Task<(string Token, string Conversation)> Asks(Site site, string text, string? token = null)
    {
        using var api = new ApiClient(site.Address);
        token ??= (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId })).Expect(HttpStatusCode.OK).Text("visitorToken");
        return (token, (await new VisitorClient(site, site.ChannelId, token).Say(text)).Text("conversationId"));
    }

    private static object PlanOnTheWire(bool mandatory) => new
    {
        categories = new object[] { new { id = After, name = "售后" }, new { id = Refund, parentId = After, name = "退款", words = new[] { "退款" } }, new { id = Parcel, parentId = After, name = "物流" } },
        results = new[] { new { id = "solved", name = "已解决" } }, @default = new { mandatory },
    };

    [Theory, OnSqlite, OnPostgres]
    public async Task A_mandatory_wrap_up_comes_before_resolving_and_is_counted(string engine)
    {
        await using var site = await Site.Open(engine);
        (await site.Owner.Api.Send(HttpMethod.Put, "/api/v1/wrap-up/plan", PlanOnTheWire(mandatory: true))).Expect(HttpStatusCode.OK);
        var (token, conversation) = await Asks(site, "我要退款");
        var path = $"/api/v1/conversations/{conversation}";
        Assert.Equal("wrap_up_needed", (await site.Owner.Api.Post(path + "/status", new { status = "resolved" })).Code);
        var form = (await site.Owner.Api.Get(path + "/wrap-up")).Expect(HttpStatusCode.OK);
        Assert.Equal((true, Refund.ToString()), (form.GetProperty("needed").GetBoolean(), form.Text("suggested")));
        Assert.Equal("validation", (await site.Owner.Api.Post(path + "/wrap-up", new { categoryId = After })).Code);

        (await site.Owner.Api.Post(path + "/wrap-up", new { categoryId = Refund, resultId = "solved", note = "电话 13812345678", resolve = true })).Expect(HttpStatusCode.OK);
        Assert.Equal("resolved", (await site.Owner.Row(conversation)).Text("status"));
        var entry = (await site.Owner.Log(conversation)).Single(item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "wrapped_up").GetProperty("event");
        Assert.Equal(("售后 / 退款", "已解决"), (entry.GetProperty("category").Text("name"), entry.Text("result")));
        using var visitor = new ApiClient(site.Address);
        Assert.DoesNotContain("13812345678", (await visitor.Get("/widget/v1/messages?after=0", ("Authorization", "Bearer " + token))).Body.ToString(), StringComparison.Ordinal);

        // Counted by a listener, once for each conversation.
        await Until.True(async () => (await site.Owner.Api.Get("/api/v1/wrap-ups/counts")).Expect(HttpStatusCode.OK).GetProperty("total").GetInt32() == 1, "the wrap-up is counted");
        await Asks(site, "again", token);
        Assert.Equal("wrap_up_needed", (await site.Owner.Api.Post(path + "/status", new { status = "resolved" })).Code); // the customer wrote again
        (await site.Owner.Api.Post(path + "/wrap-up", new { categoryId = Parcel })).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await site.Owner.Api.Post(path + "/status", new { status = "resolved" })).Status);
        await Until.True(async () => (await site.Owner.Api.Get("/api/v1/wrap-ups")).Expect(HttpStatusCode.OK).Items().SingleOrDefault() is { ValueKind: System.Text.Json.JsonValueKind.Object } row && row.Text("categoryId") == Parcel.ToString(), "the newest one counts");

        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Get("/api/v1/wrap-ups/counts")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("supervisor")).Api.Send(HttpMethod.Put, "/api/v1/wrap-up/plan", PlanOnTheWire(false))).Status);
        using var export = await site.Owner.Api.Raw(HttpMethod.Get, "/api/v1/wrap-ups/export");
        Assert.Contains("售后 / 物流", await export.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
