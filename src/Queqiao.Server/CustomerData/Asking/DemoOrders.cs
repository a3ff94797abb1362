using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Queqiao.Server.CustomerData.Configuring;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>The orders and articles of the invented shop (<c>Demo/Shop</c>, CC0-1.0), told by the contract. Days are moved so that its snapshot was taken now.</summary>
internal sealed class DemoOrders
{
    public static readonly DemoOrders Instance = new();

    private static readonly DateTimeOffset Snapshot = new(2026, 11, 20, 12, 0, 0, TimeSpan.FromHours(8));

    /// <summary>The shop's levels in words.</summary>
    public static readonly IReadOnlyList<DictionaryEntry> Words = [new("level", "gold", "金卡会员", "Gold member", "warn"), new("level", "silver", "银卡会员", "Silver member"), new("level", "member", "普通会员", "Member")];

    private readonly List<JsonElement> _orders = [.. Lines("orders.jsonl").Select(line => JsonDocument.Parse(line).RootElement)];

    private DemoOrders()
    {
        Customers = [.. _orders.Select(order => Text(order, "customer")).Distinct().Order(StringComparer.Ordinal)];
        Products = [.. Lines("products.tsv").Skip(1).Select(line => line.Split('\t')).Select(row => ProductOf(row))];
    }

    public IReadOnlyList<string> Customers { get; }

    public IReadOnlyList<ShopProduct> Products { get; }

    public IReadOnlyList<ShopOrder> Of(string customer, DateTimeOffset now) =>
        [.. _orders.Where(order => Text(order, "customer") == customer).Select(order => OrderOf(order, now - Snapshot)).OrderByDescending(order => order.CreatedAt)];

    public ShopUser User(string customer, DateTimeOffset now)
    {
        var orders = Of(customer, now);
        var spent = orders.Sum(order => order.Total);
        var number = int.Parse(customer[^3..], CultureInfo.InvariantCulture);
        return new ShopUser(customer, null, Text(_orders.First(order => Text(order, "customer") == customer), "phone"), $"{customer}@shop.example",
            spent >= 50_000 ? "gold" : spent >= 20_000 ? "silver" : "member", now.AddDays(-90 - (number * 7)), number % 3 == 0 ? ["老客户", "企业采购"] : ["老客户"],
            [new ShopFact("积分 / Points", (spent / 100).ToString(CultureInfo.InvariantCulture)), new ShopFact("发票 / Invoice", Text(_orders.First(order => Text(order, "customer") == customer), "invoice"))]);
    }

    private static ShopOrder OrderOf(JsonElement order, TimeSpan moved)
    {
        var state = Text(order, "state");
        var amounts = order.GetProperty("amounts");
        var due = amounts.TryGetProperty("due_fen", out var owed) ? owed.GetInt64() : 0;
        var address = order.GetProperty("address");
        var created = At(order.GetProperty("created"), moved)!.Value;
        var parcels = order.GetProperty("parcels").EnumerateArray().Select(parcel => ParcelOf(parcel, moved)).ToList();
        return new ShopOrder(
            Text(order, "order_id"), StatusOf(state, order), created, "CNY", amounts.GetProperty("paid_fen").GetInt64() is > 0 and var paid ? paid : due,
            [.. order.GetProperty("items").EnumerateArray().Select(item => new ShopItem(Text(item, "sku"), Text(item, "name"), item.GetProperty("qty").GetInt32(), item.GetProperty("price_fen").GetInt64(), Text(item, "variant")))],
            state, At(order.GetProperty("paid_at"), moved), amounts.GetProperty("shipping_fen").GetInt64(),
            amounts.GetProperty("full_reduction_fen").GetInt64() + amounts.GetProperty("coupon_fen").GetInt64() + amounts.GetProperty("points_fen").GetInt64(),
            new ShopReceiver(null, Text(order, "phone"), $"{Text(address, "province")}{Text(address, "city")}{Text(address, "detail")}"),
            parcels, RefundOf(order, created, moved));
    }

    private static Shipment ParcelOf(JsonElement parcel, TimeSpan moved)
    {
        var events = parcel.GetProperty("events").EnumerateArray().Select(one => new ShipmentEvent(At(one.GetProperty("at"), moved)!.Value, Text(one, "event"), Text(one, "place"))).OrderByDescending(one => one.At).ToList();
        var last = events.FirstOrDefault()?.Text ?? "";
        var status = last.Contains("签收", StringComparison.Ordinal) ? ShipmentStatus.Delivered
            : last.Contains("退回", StringComparison.Ordinal) ? ShipmentStatus.Returned
            : last.Contains("派送", StringComparison.Ordinal) || last.Contains("驿站", StringComparison.Ordinal) || last.Contains("自提", StringComparison.Ordinal) ? ShipmentStatus.Delivering
            : last.Contains("异常", StringComparison.Ordinal) || last.Contains('丢') ? ShipmentStatus.Trouble
            : events.Count == 0 ? ShipmentStatus.Waiting : ShipmentStatus.Moving;
        return new Shipment(Text(parcel, "carrier"), Text(parcel, "tracking_no"), status, null, events);
    }

    private static List<ShopRefund> RefundOf(JsonElement order, DateTimeOffset created, TimeSpan moved)
    {
        if (order.GetProperty("after_sales") is not { ValueKind: JsonValueKind.Object } service)
            return [];
        var type = Text(service, "type");
        var status = service.TryGetProperty("rejected", out _) ? RefundStatus.Rejected
            : service.TryGetProperty("arrived", out _) || service.TryGetProperty("paid_out", out _) ? RefundStatus.Paid
            : service.TryGetProperty("received", out _) ? RefundStatus.Received
            : service.TryGetProperty("return_tracking", out _) ? RefundStatus.Returning
            : service.TryGetProperty("approved", out _) ? RefundStatus.Approved : RefundStatus.Requested;
        var kind = type switch { "换货" => "exchange", "维修" => "repair", "退货退款" => "return", _ => "refund" };
        var opened = service.TryGetProperty("opened", out var when) ? At(when, moved) : service.TryGetProperty("received", out when) ? At(when, moved) : created;
        var done = service.TryGetProperty("arrived", out when) || service.TryGetProperty("paid_out", out when) ? At(when, moved) : null;
        return
        [
            new ShopRefund(
                service.TryGetProperty("no", out var no) ? no.GetString()! : Text(order, "order_id") + "-S", status, service.TryGetProperty("refund_fen", out var amount) ? amount.GetInt64() : 0,
                kind, status == RefundStatus.Requested ? type : null, service.TryGetProperty("reason", out var reason) ? reason.GetString() : type, opened, done),
        ];
    }

    private static string StatusOf(string state, JsonElement order) => state switch
    {
        "待付款" or "预售待尾款" => OrderStatus.Unpaid,
        "待发货" or "预售待发货" => OrderStatus.Paid,
        "已签收" => OrderStatus.Delivered,
        "已完成" => OrderStatus.Completed,
        "已取消" => OrderStatus.Cancelled,
        _ when order.GetProperty("after_sales").ValueKind == JsonValueKind.Object => OrderStatus.AfterSales,
        _ => OrderStatus.Shipped,
    };

    // sku, name_zh, name_en, category, price_fen, attributes (JSON)
    private static ShopProduct ProductOf(string[] row)
    {
        using var attributes = JsonDocument.Parse(row[5]);
        var facts = attributes.RootElement.EnumerateObject()
            .Select(one => new ShopFact(one.Name, one.Value.ValueKind switch
            {
                JsonValueKind.Array => string.Join("、", one.Value.EnumerateArray()),
                JsonValueKind.Object => string.Join("；", one.Value.EnumerateObject().Select(size => $"{size.Name}: {size.Value}")),
                _ => one.Value.ToString(),
            })).ToList();
        return new ShopProduct(row[0], row[1], long.Parse(row[4], CultureInfo.InvariantCulture), "CNY", null, row[2], null, null, facts);
    }

    private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static DateTimeOffset? At(JsonElement value, TimeSpan moved) =>
        value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at + moved : null;

    private static IEnumerable<string> Lines(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Queqiao.Server.Demo.Shop.{file}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }
}
