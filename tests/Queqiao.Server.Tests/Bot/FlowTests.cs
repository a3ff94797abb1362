using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Tests.Bot;

/// <summary>Flows: their text, their rules, and how they are walked. Pure.</summary>
public sealed class FlowTests
{
    private const string Refund = """
        flow refund
        title 申请退款
        language zh
        when 帮我办理退款申请 | 我要申请退款 | 申请一下退款

        step order
          ask order_id as order: 请告诉我订单号。
          retry 2: 订单号是 QQ 开头的一串数字。
          -> look

        step look
          call order_lookup(order_id={order_id}) as order
          failed -> person
          not_found -> missing
          ok -> reason

        step reason
          choose reason: 订单 {order.id}（{order.items}）为什么退款？
          | 不想要了 | 质量问题 | 发错货
          -> sure

        step sure
          confirm 为订单 {order_id} 申请退款，原因：{reason}。确认吗？
          no -> stop
          yes -> send

        step send
          call refund_request(order_id={order_id}, reason={reason}) as refund
          failed -> person
          ok -> done

        step done
          end 已提交，退款单号 {refund.id}。

        step stop
          end 好的，没有提交。

        step missing
          say 没有查到这个订单。
          -> order

        step person
          person 退款申请没有办成
        """;

    private static readonly BotFlow Flow = Read(Refund);
    private static readonly FlowBook Book = new([new PublishedFlow(Flow, 1)]);
    private static readonly Lazy<Brain> WithFlow = new(() => Brain.Train(Shop.Small, Book.Triggers));
    private static readonly Dictionary<string, ActionDefinition> Actions = new()
    {
        ["refund_request"] = new("Refund", "POST", "https://erp.example/refunds", [new("order_id"), new("reason")], Body: true, new Dictionary<string, string> { ["id"] = "/refund/id" }, Confirm: true),
    };

    [Fact]
    public void What_is_written_and_read_again_is_the_same()
    {
        var text = FlowText.Write(Flow);
        Assert.Equal(text, FlowText.Write(Read(text)));
        Assert.Equal(Flow.Json(), Read(text).Json());
        Assert.Empty(FlowRules.Faults(Flow, Actions));
    }

    [Fact]
    public void A_line_that_is_not_understood_is_named()
    {
        var fault = Assert.Single(FlowText.Read("flow x\nstep a\n  say hello\n  dance with me").Faults);
        Assert.Equal((4, "flow_line_unknown", "dance"), (fault.Line, fault.Code, fault.Argument));
    }

    [Theory]
    [InlineData("flow x\nstep a\n  say hi\n  -> nowhere", "flow_step_unknown")]
    [InlineData("flow x\nstep a\n  end bye\nstep b\n  say hi", "flow_step_unreachable")]
    [InlineData("flow x\nstep a\n  say hi\nstep a\n  say ho", "flow_step_twice")]
    [InlineData("flow x\nstep a\n  choose c: which?\n  | one", "flow_choices_wrong")]
    [InlineData("flow x\nstep a\n  call unheard_of()", "flow_action_unknown")]
    [InlineData("flow x\nstep a\n  say hi\nstep b\n  call refund_request(order_id=1, reason=2)", "flow_needs_confirmation")]
    [InlineData("flow x\nstep a\n  confirm sure?\n  no -> b\nstep b\n  call refund_request(order_id=1, reason=2)", "flow_needs_confirmation")]
    [InlineData("flow x\nstep a\n  say hi\n  yes -> a", "flow_exit_unknown")]
    public void What_customers_must_not_meet_cannot_be_published(string text, string code) => Assert.Contains(code, FlowRules.Faults(Read(text), Actions).Select(one => one.Fault.Code));

    [Fact]
    public void A_refund_is_asked_for_step_by_step()
    {
        var asked = Says("我要申请退款", BotMemory.Empty);
        Assert.Equal("请告诉我订单号。", asked.Words[^1].Text);
        var again = Says("哪个订单号啊 不记得", asked.Memory);
        Assert.Equal("订单号是 QQ 开头的一串数字。", again.Words[^1].Text);
        var looking = Says("QQ2611200001", again.Memory);
        Assert.Equal(("order_lookup", "QQ2611200001"), (looking.Call!.Action, looking.Call.Arguments["order_id"]));
        var found = Came(looking, ActionOutcome.Ok, ("id", "QQ2611200001"), ("items", "卫衣"));
        Assert.Contains("卫衣", found.Words[^1].Text, StringComparison.Ordinal);
        Assert.Equal(3, found.Words[^1].Part.Buttons!.Count);
        var sure = Says("2", found.Memory);
        Assert.Contains("质量问题", sure.Words[^1].Text, StringComparison.Ordinal);
        var sent = Says("确认", sure.Memory);
        Assert.Equal("refund_request", sent.Call!.Action);
        var done = Came(sent, ActionOutcome.Ok, ("id", "R1"));
        Assert.Equal("已提交，退款单号 R1。", done.Words[^1].Text);
        Assert.Null(done.Memory.Flow);
    }

    [Fact]
    public void An_order_number_that_was_said_already_is_not_asked_for_again() =>
        Assert.Equal("order_lookup", Says("我要申请退款 订单QQ2611200001", BotMemory.Empty).Call?.Action);

    [Fact]
    public void A_question_in_between_is_answered_and_the_flow_goes_on()
    {
        var asked = Says("我要申请退款", BotMemory.Empty);
        var aside = Says("对了，怎么开发票？", asked.Memory);
        Assert.Equal(BotSays.Answer, aside.Words[0].Part.Kind);
        Assert.Contains("请告诉我订单号。", aside.Words[^1].Text, StringComparison.Ordinal);
        Assert.Equal("order_lookup", Says("QQ2611200001", aside.Memory).Call?.Action);
    }

    [Fact]
    public void It_can_be_left_at_any_time_and_nothing_happens_without_a_yes()
    {
        var asked = Says("我要申请退款", BotMemory.Empty);
        Assert.Null(Says("算了", asked.Memory).Memory.Flow);
        Assert.Equal(HandOverReason.Asked, ((BotEnding.ToPeople)Says("转人工", asked.Memory).Then!).What.Reason);
        var sure = Says("不想要了", Came(Says("QQ2611200001", asked.Memory), ActionOutcome.Ok, ("id", "QQ2611200001")).Memory);
        var no = Says("取消", sure.Memory);
        Assert.Null(no.Call);
        Assert.Null(Says("不", sure.Memory).Call);
    }

    [Fact]
    public void What_fails_goes_to_people_with_the_slots()
    {
        var looking = Says("QQ2611200001", Says("我要申请退款", BotMemory.Empty).Memory);
        var given = Assert.IsType<BotEnding.ToPeople>(Came(looking, ActionOutcome.Failed).Then).What;
        Assert.Contains("申请退款", given.Summary, StringComparison.Ordinal);
        Assert.Contains("QQ2611200001", given.Details!, StringComparison.Ordinal);
        Assert.Equal("没有查到这个订单。", Came(looking, ActionOutcome.NotFound).Words[0].Text);
    }

    [Fact]
    public void What_a_slot_holds_is_never_read_as_a_place()
    {
        var walk = new FlowWalk(Book.All[0], BotMemory.Empty.Knowing("a", "{b}").Knowing("b", "secret"), []);
        Assert.Equal("{b}!", walk.Fill("{a}!"));
    }

    [Fact]
    public async Task Arguments_are_escaped_and_only_named_places_are_read()
    {
        var get = new ActionDefinition("Stock", "GET", "https://erp.example/stock/{sku}?color={color}", [new("sku"), new("color", Required: false)], Body: false, new Dictionary<string, string> { ["left"] = "/items/0/left" });
        Assert.Equal("https://erp.example/stock/..%2F..%2Fadmin%3Fx%3D1?color=", HttpActions.Request(get, new Dictionary<string, string> { ["sku"] = "../../admin?x=1" }, "k").RequestUri!.OriginalString);
        Assert.Equal("3", HttpActions.Values(get, """{"items":[{"left":3,"cost":9}]}""")["left"]);
        var post = HttpActions.Request(Actions["refund_request"], new Dictionary<string, string> { ["order_id"] = "1\"}", ["reason"] = "x", ["role"] = "admin" }, "k");
        Assert.Equal("""{"order_id":"1\u0022}","reason":"x"}""", System.Text.Encoding.UTF8.GetString(await post.Content!.ReadAsByteArrayAsync()));
        Assert.Equal(HttpActions.Request(get, new Dictionary<string, string>(), "k").Headers.GetValues("Idempotency-Key"), post.Headers.GetValues("Idempotency-Key"));
        Assert.Contains(new ActionDefinition("x", "GET", "https://{host}/x", [new("host")], false, new Dictionary<string, string>()).Faults(), fault => fault.Item1 == "url");
    }

    private static Thought Says(string said, BotMemory memory) => Mind.Think(Shop.Hears(said, memory with { Language = "zh" }, flows: Book, brain: WithFlow.Value));

    private static Thought Came(Thought before, string outcome, params (string Name, string Value)[] values) =>
        FlowEngine.Continue(Shop.Hears("", before.Memory, flows: Book, brain: WithFlow.Value), before, new ActionAnswer(outcome, values.ToDictionary(one => one.Name, one => one.Value)));

    private static BotFlow Read(string text) => FlowText.Read(text).Flow;
}
