using System.Globalization;
using Queqiao.Server.Bot.Codes;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.CustomerData;

namespace Queqiao.Server.Bot.Actions;

/// <summary>For whom an action runs: with the customer's own rights, never more.</summary>
/// <param name="Key">The same turn again has the same key: whoever is called can see that it is no second wish.</param>
/// <param name="DryRun">Nothing is called: for trying a flow.</param>
internal sealed record ActionCaller(int Ws, Guid ContactId, string Key, string Language, bool IsVerified, bool DryRun = false)
{
    public Guid ChannelId { get; init; }

    /// <summary>What the channel calls them.</summary>
    public string Identity { get; init; } = "";

    public CodeSettings Codes { get; init; } = new();

    /// <summary>The code that they were sent.</summary>
    public SentCode? Code { get; init; }
}

/// <summary>
/// Does what a flow asks for. What the firm's own system says about a person is asked for the person who writes, by what was proven about
/// them; an order number of somebody else is "not found".
/// </summary>
internal sealed class ActionRunner(HttpActions http, OneTimeCodes codes, IContactSight people, ICustomerData? data = null)
{
    public async Task<ActionAnswer> Run(ActionCaller who, ActionCall call, CancellationToken ct) => call.Action switch
    {
        ActionNames.OrderLookup or ActionNames.Logistics => await Order(who, call, ct),
        ActionNames.Orders => await Orders(who, ct),
        ActionNames.SendCode => await codes.Send(who, call.Arguments.GetValueOrDefault("to"), ct),
        ActionNames.CheckCode => await codes.Check(who, call.Arguments.GetValueOrDefault("code", ""), ct),
        _ => await http.Run(who, call, ct),
    };

    private async Task<ActionAnswer> Order(ActionCaller who, ActionCall call, CancellationToken ct)
    {
        if (who.DryRun)
            return new ActionAnswer(ActionOutcome.Ok, OrderValues(Example(call.Arguments.GetValueOrDefault("order_id", "QQ0000000001")), who.Language));
        if (data is null || !await data.IsOn(who.Ws, ct))
            return new ActionAnswer(ActionOutcome.Failed, ActionAnswer.Nothing);
        if (await NeedsCode(who, ct))
            return new ActionAnswer(ActionOutcome.Failed, ActionAnswer.Nothing);
        var answer = await data.Order(who.Ws, who.ContactId, call.Arguments.GetValueOrDefault("order_id", ""), ct);
        return answer.Order is { } order ? new ActionAnswer(ActionOutcome.Ok, OrderValues(order, who.Language))
            : new ActionAnswer(answer.Trouble is null ? ActionOutcome.NotFound : ActionOutcome.Failed, ActionAnswer.Nothing);
    }

    private async Task<ActionAnswer> Orders(ActionCaller who, CancellationToken ct)
    {
        if (who.DryRun)
            return new ActionAnswer(ActionOutcome.Ok, new Dictionary<string, string> { ["count"] = "1", ["list"] = "QQ0000000001" });
        if (data is null || !await data.IsOn(who.Ws, ct))
            return new ActionAnswer(ActionOutcome.Failed, ActionAnswer.Nothing);
        if (await NeedsCode(who, ct))
            return new ActionAnswer(ActionOutcome.Failed, ActionAnswer.Nothing);
        var answer = await data.Of(who.Ws, who.ContactId, afresh: false, ct);
        if (answer.Facts is not { Orders.Count: > 0 } facts)
            return new ActionAnswer(answer.Trouble is null ? ActionOutcome.NotFound : ActionOutcome.Failed, ActionAnswer.Nothing);
        return new ActionAnswer(ActionOutcome.Ok, new Dictionary<string, string>
        {
            ["count"] = facts.Orders.Count.ToString(CultureInfo.InvariantCulture),
            ["last"] = facts.Orders[0].Id,
            ["list"] = string.Join('\n', facts.Orders.Take(5).Select(order => $"{order.Id} · {order.StatusText ?? StatusIn(who.Language, order.Status)} · {string.Join("、", order.Items.Take(2).Select(item => item.Name))}")),
        });
    }

    /// <summary>What a code has proven once holds as long as the code does: somebody else may sit at the same browser tomorrow.</summary>
    private async Task<bool> NeedsCode(ActionCaller who, CancellationToken ct)
    {
        if (who.IsVerified || await people.Person(who.Ws, who.ContactId, ct) is not { } person)
            return false;
        var proven = person.Identities.Where(one => one.Verified && one.Kind != "channel").ToList();
        return proven.Count > 0 && proven.All(one => one.Source == OneTimeCodes.CodeSource);
    }

    internal static Dictionary<string, string> OrderValues(ShopOrder order, string language)
    {
        var parcel = order.Shipments is [var first, ..] ? first : null;
        var refund = order.Refunds is [var newest, ..] ? newest : null;
        return new Dictionary<string, string>
        {
            ["id"] = order.Id,
            ["status"] = order.Status,
            ["status_text"] = order.StatusText ?? StatusIn(language, order.Status),
            ["total"] = Money(order.Total, order.Currency),
            ["items"] = string.Join(language == "en" ? ", " : "、", order.Items.Take(5).Select(item => item.Quantity > 1 ? $"{item.Name} ×{item.Quantity}" : item.Name)),
            ["carrier"] = parcel?.Carrier ?? "",
            ["parcel"] = parcel?.Number ?? "",
            ["parcel_status"] = parcel?.StatusText ?? parcel?.Status ?? "",
            ["where"] = parcel?.Events is [var last, ..] ? $"{last.At.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)} {last.Text}{(last.Place is null ? "" : " " + last.Place)}" : "",
            ["refund"] = refund is null ? "" : refund.StatusText ?? refund.Status,
            ["refund_amount"] = refund is null ? "" : Money(refund.Amount, order.Currency),
        };
    }

    private static string Money(long minor, string currency) => (minor / 100m).ToString("0.00", CultureInfo.InvariantCulture) + (currency == "CNY" ? " 元" : " " + currency);

    private static string StatusIn(string language, string status) => OrderStatus.All.Contains(status) ? Words.Say(language, "bot_order_" + status) : status;

    private static ShopOrder Example(string id) => new(
        id, OrderStatus.Shipped, DateTimeOffset.UnixEpoch, "CNY", 15900, [new ShopItem("QA-101", "云絮圆领卫衣", 1, 15900)], Shipments: [new Shipment("鹊运", "QY123456", ShipmentStatus.Moving)]);
}
