using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>Reads what a system answers: members that nobody knows are ignored, those that are known must be as agreed. Pure.</summary>
internal static class ContractRules
{
    public const int MostOrders = 50;
    public const int MostProducts = 50;
    public const int MostBytes = 512 * 1024;
    private const int MostFaults = 20;
    private const int MostText = 500;
    private const int MostLong = 4000;
    private const int MostId = 100;
    private const int MostCode = 40;

    public static Reply Read(ReadOnlySpan<byte> json)
    {
        Said? said;
        try
        {
            said = JsonSerializer.Deserialize<Said>(json, TolerantJson.Options);
        }
        catch (JsonException fault)
        {
            return Wrong([new ContractFault(PathOf(fault.Path), fault is JsonFault known ? known.Code : "contract_wrong_type")]);
        }
        if (said is null)
            return Wrong([new ContractFault("", "json_null")]);
        if (NullIn(json) is { } hole)
            return Wrong([new ContractFault(hole, "json_null")]);
        var faults = Check(said).Take(MostFaults).ToList();
        return faults.Count > 0 ? Wrong(faults) : new Reply(said);
    }

    private static Reply Wrong(List<ContractFault> faults) => new(null, new DataTrouble(DataTroubles.Schema, faults[0].Path), faults);

    /// <summary>Where a list holds null: the serializer lets that pass.</summary>
    private static string? NullIn(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var lists = new Stack<bool>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    lists.Push(reader.TokenType == JsonTokenType.StartArray);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists.Pop();
                    break;
                case JsonTokenType.Null when lists.TryPeek(out var isList) && isList:
                    return "[]";
            }
        }
        return null;
    }

    private static string PathOf(string? path) => path is null ? "" : path.TrimStart('$').TrimStart('.');

    private static IEnumerable<ContractFault> Check(Said said) =>
    [
        .. said.User is { } user ? User(user) : [],
        .. Count("orders", said.Orders?.Count, MostOrders),
        .. (said.Orders ?? []).SelectMany((order, i) => Order($"orders[{i}]", order)),
        .. said.Order is { } one ? Order("order", one) : [],
        .. Count("products", said.Products?.Count, MostProducts),
        .. (said.Products ?? []).SelectMany((product, i) => Product($"products[{i}]", product)),
    ];

    private static IEnumerable<ContractFault> User(ShopUser user) =>
    [
        .. Id("user.id", user.Id), .. Text("user.name", user.Name), .. Text("user.phone", user.Phone), .. Text("user.email", user.Email),
        .. user.Level is { } level ? Code("user.level", level) : [],
        .. Count("user.tags", user.Tags?.Count, 50), .. (user.Tags ?? []).SelectMany((tag, i) => Text($"user.tags[{i}]", tag)),
        .. Facts("user.facts", user.Facts),
    ];

    private static IEnumerable<ContractFault> Order(string at, ShopOrder order) =>
    [
        .. Id(at + ".id", order.Id), .. Code(at + ".status", order.Status), .. Currency(at + ".currency", order.Currency), .. Money(at + ".total", order.Total),
        .. Money(at + ".shipping", order.Shipping ?? 0), .. Money(at + ".discount", order.Discount ?? 0),
        .. Text(at + ".statusText", order.StatusText), .. Text(at + ".note", order.Note), .. Url(at + ".url", order.Url),
        .. Text(at + ".receiver.name", order.Receiver?.Name), .. Text(at + ".receiver.phone", order.Receiver?.Phone), .. Text(at + ".receiver.address", order.Receiver?.Address),
        .. Count(at + ".items", order.Items.Count, 100), .. order.Items.SelectMany((item, i) => Item($"{at}.items[{i}]", item)),
        .. Count(at + ".shipments", order.Shipments?.Count, 20), .. (order.Shipments ?? []).SelectMany((parcel, i) => Parcel($"{at}.shipments[{i}]", parcel)),
        .. Count(at + ".refunds", order.Refunds?.Count, 20), .. (order.Refunds ?? []).SelectMany((refund, i) => Refund($"{at}.refunds[{i}]", refund)),
    ];

    private static IEnumerable<ContractFault> Item(string at, ShopItem item) =>
    [
        .. Id(at + ".id", item.Id), .. Needed(at + ".name", item.Name), .. Text(at + ".variant", item.Variant), .. Money(at + ".price", item.Price),
        .. When(item.Quantity is < 1 or > 1_000_000, at + ".quantity", "contract_out_of_range"), .. Url(at + ".image", item.Image), .. Url(at + ".url", item.Url),
    ];

    private static IEnumerable<ContractFault> Parcel(string at, Shipment parcel) =>
    [
        .. Needed(at + ".carrier", parcel.Carrier), .. Id(at + ".number", parcel.Number), .. Code(at + ".status", parcel.Status), .. Text(at + ".statusText", parcel.StatusText),
        .. Count(at + ".events", parcel.Events?.Count, 100),
        .. (parcel.Events ?? []).SelectMany((happened, i) => (IEnumerable<ContractFault>)[.. Needed($"{at}.events[{i}].text", happened.Text), .. Text($"{at}.events[{i}].place", happened.Place)]),
    ];

    private static IEnumerable<ContractFault> Refund(string at, ShopRefund refund) =>
    [
        .. Id(at + ".id", refund.Id), .. Code(at + ".status", refund.Status), .. Code(at + ".kind", refund.Kind), .. Money(at + ".amount", refund.Amount),
        .. Text(at + ".statusText", refund.StatusText), .. Text(at + ".reason", refund.Reason),
    ];

    private static IEnumerable<ContractFault> Product(string at, ShopProduct product) =>
    [
        .. Id(at + ".id", product.Id), .. Needed(at + ".name", product.Name), .. Money(at + ".price", product.Price), .. Currency(at + ".currency", product.Currency),
        .. Text(at + ".variant", product.Variant), .. Text(at + ".description", product.Description, MostLong), .. Url(at + ".image", product.Image), .. Url(at + ".url", product.Url),
        .. Facts(at + ".facts", product.Facts),
    ];

    private static IEnumerable<ContractFault> Facts(string at, IReadOnlyList<ShopFact>? facts) =>
    [
        .. Count(at, facts?.Count, 50),
        .. (facts ?? []).SelectMany((fact, i) => (IEnumerable<ContractFault>)[.. Needed($"{at}[{i}].label", fact.Label), .. Text($"{at}[{i}].value", fact.Value)]),
    ];

    private static IEnumerable<ContractFault> Id(string at, string text) => When(string.IsNullOrWhiteSpace(text) || text.Length > MostId || text.Any(char.IsControl), at, "contract_id");

    private static IEnumerable<ContractFault> Code(string at, string text) => When(!IsCode(text), at, "contract_code");

    public static bool IsCode(string text) => text.Length is > 0 and <= MostCode && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-');

    private static IEnumerable<ContractFault> Needed(string at, string text) => When(string.IsNullOrWhiteSpace(text) || text.Length > MostText, at, "contract_text");

    private static IEnumerable<ContractFault> Text(string at, string? text, int most = MostText) => When(text?.Length > most, at, "contract_text");

    // ISO 4217
    private static IEnumerable<ContractFault> Currency(string at, string text) => When(text.Length != 3 || !text.All(char.IsAsciiLetterUpper), at, "contract_currency");

    private static IEnumerable<ContractFault> Money(string at, long minor) => When(minor is < 0 or > 100_000_000_000_000, at, "contract_out_of_range");

    private static IEnumerable<ContractFault> Count(string at, int? count, int most) => When(count > most, at, "contract_too_many");

    private static IEnumerable<ContractFault> Url(string at, string? url) => When(url is not null && !IsUrl(url), at, "contract_url");

    public static bool IsUrl(string url) => url.Length <= 2000 && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address.UserInfo.Length == 0;

    private static IEnumerable<ContractFault> When(bool wrong, string at, string code)
    {
        if (wrong)
            yield return new ContractFault(at, code);
    }
}
