using System.Text;
using System.Text.Json;
using Queqiao.Server.CustomerData;
using Queqiao.Server.CustomerData.Asking;
using Queqiao.Server.CustomerData.Configuring;
using Queqiao.Server.CustomerData.Showing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.CustomerData;

public sealed class ContractRulesTests
{
    private static Reply Read(string json) => ContractRules.Read(Encoding.UTF8.GetBytes(json));

    private const string Order = """{"id":"Q1","status":"paid","createdAt":"2026-11-20T09:06:00+08:00","currency":"CNY","total":15900,"items":[{"id":"QA-101","name":"卫衣","quantity":1,"price":15900}]}""";

    [Fact]
    public void What_is_agreed_is_read_and_what_nobody_knows_is_ignored()
    {
        var said = Read($$"""{"user":{"id":"u-1","name":"王芳","level":"gold","shoeSize":42},"orders":[{{Order}}],"mood":"good"}""").Said!;
        Assert.Equal(("u-1", "王芳", "gold"), (said.User!.Id, said.User.Name, said.User.Level));
        var order = Assert.Single(said.Orders!);
        Assert.Equal(("Q1", "paid", 15900L, 1), (order.Id, order.Status, order.Total, order.Items[0].Quantity));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 1, 6, 0, TimeSpan.Zero), order.CreatedAt);
        Assert.Null(Read("{}").Trouble);
    }

    [Theory]
    [InlineData("{", "", "contract_wrong_type")]
    [InlineData("null", "", "json_null")]
    [InlineData("""{"user":{}}""", "user", "contract_wrong_type")]
    [InlineData("""{"user":{"id":""}}""", "user.id", "contract_id")]
    [InlineData("""{"user":{"id":"1","level":"Gold!"}}""", "user.level", "contract_code")]
    [InlineData("""{"orders":[null]}""", "[]", "json_null")]
    [InlineData("""{"order":{"id":"1","status":"paid","createdAt":"2026-11-20T09:06:00+08:00","currency":"CNY","total":159.5,"items":[]}}""", "order.total", "contract_wrong_type")]
    [InlineData("""{"order":{"id":"1","status":"paid","createdAt":"2026-11-20T09:06:00+08:00","currency":"¥","total":1,"items":[]}}""", "order.currency", "contract_currency")]
    [InlineData("""{"order":{"id":"1","status":"paid","createdAt":"2026-11-20T09:06:00+08:00","currency":"CNY","total":-1,"items":[]}}""", "order.total", "contract_out_of_range")]
    [InlineData("""{"products":[{"id":"1","name":"x","price":1,"currency":"CNY","url":"javascript:alert(1)"}]}""", "products[0].url", "contract_url")]
    public void What_is_not_as_agreed_is_named(string json, string path, string code)
    {
        var reply = Read(json);
        Assert.Null(reply.Said);
        Assert.Equal((path, code), (reply.Faults![0].Path, reply.Faults[0].Code));
        Assert.Equal(DataTroubles.Schema, reply.Trouble!.Code);
    }

    [Fact]
    public void Only_what_is_proven_identifies_somebody_and_the_most_certain_comes_first()
    {
        AskedIdentity[] known =
        [
            new("phone", "138", Verified: true), new("email", "typed@x.example", Verified: false), new("crm", "C-1", Verified: true), new("user", "u-1", Verified: true),
            new("channel", "random", Verified: true, ChannelKind: "web"), new("channel", "openid", Verified: true, ChannelKind: "wechat_kf"), new("channel", "a@b.example", Verified: true, ChannelKind: "email"),
        ];
        Assert.Equal(["u-1", "openid", "138", "C-1"], AskingRules.Choose(known, unverified: false).Select(one => one.Value));
        Assert.Equal(["u-1", "openid", "138", "C-1", "typed@x.example"], AskingRules.Choose(known, unverified: true).Select(one => one.Value));
    }

    [Fact]
    public void The_signature_is_the_one_of_the_document()
    {
        var signature = SignedPull.Sign(new Secret("a shared secret"), "1764000000", """{"version":1,"ask":"customer"}"""u8);
        Assert.Equal("5f2d871194c5fb9145a3f8de604ad35667d6989003e5ce3bd7f0e9b98a7655fa", signature); // openssl dgst -sha256 -hmac
        Assert.Contains(signature, File.ReadAllText(Path.Combine(Repository.Root, "docs", "customer-data.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_policy_covers_everything_personal_in_it()
    {
        var said = Read("""
            {"user":{"id":"u-100","name":"王小芳","phone":"13812345678","email":"fang@example.com","tags":["vip"],"facts":[{"label":"生日","value":"1990-05-01"}]},
             "orders":[{"id":"Q1","status":"paid","createdAt":"2026-11-20T09:06:00+08:00","currency":"CNY","total":1,"items":[],"note":"打 13812345678",
                        "receiver":{"name":"王小芳","phone":"13812345678","address":"苏州市虚构路 1 号"}}]}
            """).Said!;
        var facts = new CustomerFacts(said.User, said.Orders!);
        Assert.Same(facts, facts.For(FieldPolicy.Clear));
        var masked = JsonSerializer.Serialize(facts.For(FieldPolicy.All(FieldLevel.Masked)), Queqiao.Server.Platform.Json.TolerantJson.Options);
        var hidden = JsonSerializer.Serialize(facts.For(FieldPolicy.Hidden), Queqiao.Server.Platform.Json.TolerantJson.Options);
        foreach (var secret in (string[])["u-100", "小芳", "13812345678", "fang@", "1990", "苏州"])
        {
            Assert.DoesNotContain(secret, masked, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, hidden, StringComparison.Ordinal);
        }
        Assert.Equal("Q1", facts.For(FieldPolicy.Hidden).Orders[0].Id);
        Assert.Equal("王小芳", facts.For(FieldPolicy.Hidden.Opened(["name"])).User!.Name);
    }

    [Fact]
    public void The_demonstration_shop_speaks_the_contract()
    {
        var shop = DemoOrders.Instance;
        Assert.Equal((44, 40), (shop.Customers.Count, shop.Products.Count));
        var now = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        var orders = shop.Customers.SelectMany(customer => shop.Of(customer, now)).ToList();
        Assert.Equal(60, orders.Count);
        Assert.All(orders, order => Assert.True(order.CreatedAt <= now));
        foreach (var customer in shop.Customers)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(new Said(shop.User(customer, now), shop.Of(customer, now)), Queqiao.Server.Platform.Json.TolerantJson.Options);
            Assert.Empty(ContractRules.Read(json).Faults ?? []);
        }
        Assert.Empty(ContractRules.Read(JsonSerializer.SerializeToUtf8Bytes(new Said(Products: shop.Products), Queqiao.Server.Platform.Json.TolerantJson.Options)).Faults ?? []);
    }

    [Fact]
    public void Settings_are_checked_before_they_are_kept()
    {
        Assert.Null(new CustomerDataSettings(Enabled: true, Source: "demo").Check(hasSecret: false));
        Assert.Contains("enabled", new CustomerDataSettings(Enabled: true, Url: "https://erp.example").Check(hasSecret: false)!.Fields!.Keys);
        Assert.Contains("url", new CustomerDataSettings(Enabled: true).Check(hasSecret: true)!.Fields!.Keys);
        Assert.Contains("url", new CustomerDataSettings(Url: "ftp://erp.example").Check(hasSecret: true)!.Fields!.Keys);
        Assert.Contains("dictionary", new CustomerDataSettings(Dictionary: [new("order", "a", "甲", "A"), new("order", "a", "乙", "B")]).Check(true)!.Fields!.Keys);
        Assert.Contains("dictionary.0.code", new CustomerDataSettings(Dictionary: [new("order", "A B", "甲", "A")]).Check(true)!.Fields!.Keys);
    }
}
