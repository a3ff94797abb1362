using System.Text.Json;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Tests.Access;

/// <summary>What is starred out, and what is not.</summary>
public sealed class MaskTests
{
    [Theory]
    [InlineData("张三", "张*")]
    [InlineData("张小三", "张**")]
    [InlineData("欧阳娜娜", "欧阳**")]
    [InlineData("欧阳", "欧*")]
    [InlineData("John Smith", "J*** S****")]
    [InlineData("李", "李*")]
    [InlineData("👩‍👩‍👧小王", "👩‍👩‍👧**")]
    public void Names(string name, string shown) => Assert.Equal(shown, Masks.Name(name));

    [Theory]
    [InlineData("13812345678", "138****5678")]
    [InlineData("+8613812345678", "+86 138****5678")]
    [InlineData("138 1234 5678", "138****5678")]
    [InlineData("010-12345678", "010****5678")]
    [InlineData("+442079460958", "+442*****0958")]
    [InlineData("95588", "9**88")]
    [InlineData("110", "****")]
    public void Phones(string number, string shown) => Assert.Equal(shown, Masks.Phone(number));

    [Theory]
    [InlineData("zhang@example.com", "z***@example.com")]
    [InlineData("a@b.cn", "a***@b.cn")]
    [InlineData("@odd", "@***")]
    public void Addresses(string address, string shown) => Assert.Equal(shown, Masks.Email(address));

    [Theory]
    [InlineData("我的电话13812345678，急", "我的电话138****5678，急")]
    [InlineData("房间 12 13812345678 谢谢", "房间 12 138****5678 谢谢")]
    [InlineData("打 +8613812345678", "打 +86138****5678")]
    [InlineData("全角１３８１２３４５６７８", "全角138****5678")]
    [InlineData("座机 010-12345678", "座机 010****5678*")]
    [InlineData("身份证 11010519491231002X", "身份证 110***********002X")]
    [InlineData("卡号 6222021234567890128", "卡号 622202*********0128")]
    [InlineData("邮箱 zhang.san@example.com 和 13900000000", "邮箱 z********@example.com 和 139****0000")]
    [InlineData("call +44 20 7946 0958", "call +442*******58***")]
    [InlineData("订单号 20261125001 和 2026112500123456，金额 12800 元，3 件", "订单号 20261125001 和 2026112500123456，金额 12800 元，3 件")]
    [InlineData("@小王 你好 a@b", "@小王 你好 a@b")]
    public void What_is_written_loses_numbers_by_which_people_are_known(string text, string shown) => Assert.Equal(shown, Masks.Text(text));

    [Fact]
    public void A_number_that_was_cut_in_the_middle_goes()
    {
        Assert.Equal("电话 " + new string('*', 8), Masks.Text("电话 13812345", isCut: true));
        Assert.Equal("买 2", Masks.Text("买 2", isCut: true));
    }

    [Fact]
    public void Nothing_to_mask_is_the_same_text()
    {
        const string text = "您好，请问什么时候发货？";
        Assert.Same(text, Masks.Text(text));
    }

    /// <summary>A new kind of entry that says what people wrote or are called must be masked: here it is noticed.</summary>
    [Fact]
    public void No_kind_of_entry_carries_what_the_policy_hides()
    {
        const string canary = "13812345678";
        var kinds = typeof(EntryBody).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(EntryBody)) && !type.IsAbstract && type != typeof(UnreadableEntry)).ToList();
        Assert.True(kinds.Count > 15);
        foreach (var kind in kinds)
        {
            var body = (EntryBody)Filled(kind, canary);
            var entry = new LogEntry(1, Guid.NewGuid(), 1, 0, 0, new Sender(SenderKind.Contact, null, "张小三"), body, 0, 0);
            foreach (var level in new[] { FieldLevel.Masked, FieldLevel.Hidden })
            {
                var shown = JsonSerializer.Serialize(entry.For(FieldPolicy.All(level)).Body, kind) + JsonSerializer.Serialize(entry.For(FieldPolicy.All(level)).Sender);
                Assert.False(shown.Contains(canary, StringComparison.Ordinal) || shown.Contains("张小三", StringComparison.Ordinal), $"{kind.Name} at {level}: {shown}");
            }
        }
    }

    /// <summary>Every text of a kind that people may have written holds a phone number; colleagues' names, ids and words of the system do not.</summary>
    private static object Filled(Type type, string canary)
    {
        var constructor = type.GetConstructors().OrderByDescending(one => one.GetParameters().Length).First(one => one.GetParameters() is not [{ } only] || only.ParameterType != type);
        string[] system = ["Direction", "ClientId", "By", "Type", "Name", "Color", "Category", "ResultId", "Result"];
        object? Value(string name, Type of) =>
            of == typeof(string) ? (system.Contains(name) ? "x" : type == typeof(FieldsChanged) ? (name == "Personal" ? $$"""{"id_no":"{{canary}}"}""" : null)
                : name is "From" or "To" && type != typeof(SubjectChanged) ? "open" : canary)
            : Nullable.GetUnderlyingType(of) is not null ? null
            : of.IsValueType ? Activator.CreateInstance(of) : null;
        return constructor.Invoke([.. constructor.GetParameters().Select(one => Value(one.Name!, one.ParameterType))]);
    }
}
