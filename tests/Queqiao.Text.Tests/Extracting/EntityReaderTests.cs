using Queqiao.Text.Extracting;

namespace Queqiao.Text.Tests.Extracting;

public sealed class EntityReaderTests
{
    /// <summary>A Friday.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.FromHours(8));

    private static readonly EntityReader Reader = new(new Dictionary<string, IReadOnlyList<string>> { ["金炉空气炸锅 F5"] = ["空气炸锅", "炸锅F5"] });

    [Theory]
    [InlineData("订单 QQ2611180012 到哪了", EntityKind.OrderNumber, "QQ2611180012")]
    [InlineData("单号：ＱＱ２６１１１８００１２", EntityKind.OrderNumber, "QQ2611180012")]
    [InlineData("我电话 138-0013-8000", EntityKind.Phone, "13800138000")]
    [InlineData("+86 13800138000", EntityKind.Phone, "+8613800138000")]
    [InlineData("座机 010-12345678", EntityKind.Phone, "01012345678")]
    [InlineData("发到 Wang.Xin+a@example.com 吧", EntityKind.Email, "wang.xin+a@example.com")]
    [InlineData("身份证11010519491231002X", EntityKind.IdCard, "11010519491231002X")]
    [InlineData("卡号 6222 0200 0000 0007", EntityKind.BankCard, "6222020000000007")]
    [InlineData("退我129.5元", EntityKind.Money, "12950 CNY")]
    [InlineData("¥1,299.00 太贵", EntityKind.Money, "129900 CNY")]
    [InlineData("少退三百二十块", EntityKind.Money, "32000 CNY")]
    [InlineData("两百五十元", EntityKind.Money, "25000 CNY")]
    [InlineData("1.5万元", EntityKind.Money, "1500000 CNY")]
    [InlineData("it was $20", EntityKind.Money, "2000 USD")]
    [InlineData("寄到江苏省苏州市虚构路12号3栋501室", EntityKind.Address, "江苏省苏州市虚构路12号3栋501室")]
    [InlineData("我的炸锅F5坏了", EntityKind.Product, "金炉空气炸锅 F5")]
    public void It_finds(string text, EntityKind kind, string value) =>
        Assert.Contains(Reader.Read(text, Now), entity => entity.Kind == kind && entity.Value == value);

    [Theory]
    [InlineData("明天下午三点半", "2026-11-21T15:30")]
    [InlineData("下周三下午送", "2026-11-25T12:00/18:00")]
    [InlineData("周六上午", "2026-11-21T08:00/12:00")]
    [InlineData("上周五退的", "2026-11-13")]
    [InlineData("11月25号", "2026-11-25")]
    [InlineData("2026-12-01 18:00", "2026-12-01T18:00")]
    [InlineData("三天后", "2026-11-23")]
    [InlineData("两周前买的", "2026-11-06")]
    [InlineData("大后天", "2026-11-23")]
    [InlineData("晚上8点", "2026-11-20T20:00")]
    [InlineData("tomorrow at 3pm", "2026-11-21T15:00")]
    [InlineData("next wednesday", "2026-11-25")]
    public void It_knows_when(string text, string value) =>
        Assert.Equal(value, Assert.Single(Reader.Read(text, Now), entity => entity.Kind == EntityKind.Time).Value);

    [Theory]
    [InlineData("身份证110105194912310021")] // a wrong check digit
    [InlineData("退款多久到账")]
    [InlineData("七天无理由")]
    [InlineData("一直不发货")]
    public void It_finds_nothing_where_nothing_is(string text) =>
        Assert.DoesNotContain(Reader.Read(text, Now), entity => entity.Kind is EntityKind.IdCard or EntityKind.Time or EntityKind.Money);

    [Fact]
    public void Places_are_those_of_the_original()
    {
        const string text = "電話是 １３８００１３８０００ 謝謝";
        var phone = Assert.Single(Reader.Read(text, Now));
        Assert.Equal("１３８００１３８０００", text.Substring(phone.Start, phone.Length));
    }

    [Fact]
    public void Personal_data_is_masked() => Assert.Equal("我是[phone]，[email]，身份证[id_card]，订单QQ2611180012",
        PersonalData.Mask("我是13800138000，a@example.com，身份证11010519491231002X，订单QQ2611180012"));

    [Theory]
    [InlineData("三百零五", 305)]
    [InlineData("两百五", 250)]
    [InlineData("三千二", 3200)]
    [InlineData("一万二千", 12000)]
    [InlineData("二十三", 23)]
    [InlineData("十五", 15)]
    [InlineData("一二三", 123)]
    public void Chinese_numbers(string text, long value) => Assert.Equal(value, Amounts.Chinese(text));
}
