namespace Queqiao.Server.CustomerData;

/// <summary>What the firm's own system knows about somebody (docs/customer-data.md). Money is in minor units of its currency.</summary>
/// <param name="User">Null: the system does not know them.</param>
/// <param name="Orders">Newest first.</param>
internal sealed record CustomerFacts(ShopUser? User, IReadOnlyList<ShopOrder> Orders);

/// <param name="Id">What the firm's system calls them.</param>
/// <param name="Level">A code of the firm, named by its dictionary: <c>gold</c>.</param>
internal sealed record ShopUser(
    string Id, string? Name = null, string? Phone = null, string? Email = null, string? Level = null, DateTimeOffset? Since = null,
    IReadOnlyList<string>? Tags = null, IReadOnlyList<ShopFact>? Facts = null);

/// <summary>Whatever else the firm wants its people to see.</summary>
internal sealed record ShopFact(string Label, string Value);

/// <param name="Status">A code; the contract's own are <see cref="OrderStatus"/>.</param>
/// <param name="Total">What is or was to be paid.</param>
/// <param name="StatusText">The status in the firm's words; else the dictionary's.</param>
internal sealed record ShopOrder(
    string Id, string Status, DateTimeOffset CreatedAt, string Currency, long Total, IReadOnlyList<ShopItem> Items,
    string? StatusText = null, DateTimeOffset? PaidAt = null, long? Shipping = null, long? Discount = null, ShopReceiver? Receiver = null,
    IReadOnlyList<Shipment>? Shipments = null, IReadOnlyList<ShopRefund>? Refunds = null, string? Url = null, string? Note = null);

/// <param name="Id">The article's number (SKU).</param>
/// <param name="Price">Of one.</param>
internal sealed record ShopItem(string Id, string Name, int Quantity, long Price, string? Variant = null, string? Image = null, string? Url = null);

/// <summary>Who gets the parcels.</summary>
internal sealed record ShopReceiver(string? Name = null, string? Phone = null, string? Address = null);

/// <param name="Status">A code; the contract's own are <see cref="ShipmentStatus"/>.</param>
/// <param name="Events">Newest first.</param>
internal sealed record Shipment(string Carrier, string Number, string Status, string? StatusText = null, IReadOnlyList<ShipmentEvent>? Events = null);

internal sealed record ShipmentEvent(DateTimeOffset At, string Text, string? Place = null);

/// <summary>Money back, goods back or a repair.</summary>
/// <param name="Status">A code; the contract's own are <see cref="RefundStatus"/>.</param>
/// <param name="Kind"><c>refund</c>, <c>return</c>, <c>exchange</c>, <c>repair</c> or the firm's own.</param>
internal sealed record ShopRefund(
    string Id, string Status, long Amount, string Kind = "refund", string? StatusText = null, string? Reason = null, DateTimeOffset? RequestedAt = null, DateTimeOffset? DoneAt = null);

internal sealed record ShopProduct(
    string Id, string Name, long Price, string Currency, string? Variant = null, string? Description = null, string? Image = null, string? Url = null, IReadOnlyList<ShopFact>? Facts = null);

internal static class OrderStatus
{
    public const string Unpaid = "unpaid";
    public const string Paid = "paid";
    public const string Shipped = "shipped";
    public const string Delivered = "delivered";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";
    public const string AfterSales = "after_sales";

    public static readonly IReadOnlyList<string> All = [Unpaid, Paid, Shipped, Delivered, Completed, Cancelled, AfterSales];
}

internal static class ShipmentStatus
{
    public const string Waiting = "waiting";
    public const string Moving = "moving";
    public const string Delivering = "delivering";
    public const string Delivered = "delivered";
    public const string Trouble = "trouble";
    public const string Returned = "returned";

    public static readonly IReadOnlyList<string> All = [Waiting, Moving, Delivering, Delivered, Trouble, Returned];
}

internal static class RefundStatus
{
    public const string Requested = "requested";
    public const string Approved = "approved";
    public const string Returning = "returning";
    public const string Received = "received";
    public const string Paid = "paid";
    public const string Rejected = "rejected";
    public const string Cancelled = "cancelled";

    public static readonly IReadOnlyList<string> All = [Requested, Approved, Returning, Received, Paid, Rejected, Cancelled];
}
