using System.Globalization;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// A thing of the firm's inside a message: an article, an order. Whoever cannot draw it reads the message's text, which says the same.
/// Nothing about a person belongs into it.
/// </summary>
/// <param name="Kind"><c>product</c> or <c>order</c>.</param>
/// <param name="Id">As the firm's system calls it.</param>
/// <param name="Amount">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Status">In words.</param>
/// <param name="Url">Where the customer finds it.</param>
/// <param name="Image">A picture, fetched by the customer's browser.</param>
internal sealed record MessageCard(
    string Kind, string Id, string Title, string? Subtitle = null, long? Amount = null, string? Currency = null, string? Status = null, string? Url = null, string? Image = null,
    IReadOnlyList<CardLine>? Lines = null)
{
    public const string Product = "product";
    public const string Order = "order";

    private const int MostId = 100;
    private const int MostText = 300;
    private const int MostLines = 20;

    public Refusal? Check() => Refusal.Of(
    [
        .. When(Kind is not (Product or Order), "card.kind", new FieldFault("not_one_of", "product, order")),
        .. When(string.IsNullOrWhiteSpace(Id) || Id.Length > MostId, "card.id", new FieldFault("too_long", MostId)),
        .. When(string.IsNullOrWhiteSpace(Title), "card.title", new FieldFault("required")),
        .. When(Title.Length > MostText, "card.title", new FieldFault("too_long", MostText)),
        .. When(Subtitle?.Length > MostText, "card.subtitle", new FieldFault("too_long", MostText)),
        .. When(Status?.Length > MostText, "card.status", new FieldFault("too_long", MostText)),
        .. When(Amount is < 0 || (Amount is null) != (Currency is null), "card.amount", new FieldFault("card_money")),
        .. When(Currency is { } code && (code.Length != 3 || !code.All(char.IsAsciiLetterUpper)), "card.currency", new FieldFault("card_money")),
        .. When(Url is { } url && !IsUrl(url), "card.url", new FieldFault("invalid_url")),
        .. When(Image is { } image && (!IsUrl(image) || !image.StartsWith("https:", StringComparison.OrdinalIgnoreCase)), "card.image", new FieldFault("invalid_url")),
        .. When((Lines ?? []).Count > MostLines, "card.lines", new FieldFault("too_many", MostLines)),
        .. When((Lines ?? []).Any(line => string.IsNullOrWhiteSpace(line.Text) || line.Text.Length > MostText || line.Value?.Length > MostText), "card.lines", new FieldFault("too_long", MostText)),
    ]);

    /// <summary>What channels without cards say instead.</summary>
    public string ToText() => string.Join('\n', ((string?[])
    [
        Kind == Order ? $"{Id} {Title}" : Title,
        Subtitle,
        .. (Lines ?? []).Select(line => line.Value is null ? line.Text : $"{line.Text} {line.Value}"),
        string.Join(" · ", ((string?[])[Amount is { } minor ? MoneyText(minor, Currency!) : null, Status]).OfType<string>()),
        Url,
    ]).Where(line => !string.IsNullOrWhiteSpace(line)));

    // ISO 4217: those without two decimals that a shop meets.
    private static string MoneyText(long minor, string currency) =>
        currency is "JPY" or "KRW" or "VND" or "CLP" ? $"{currency} {minor.ToString(CultureInfo.InvariantCulture)}"
        : $"{(currency == "CNY" ? "¥" : currency + " ")}{(minor / 100m).ToString("0.00", CultureInfo.InvariantCulture)}";

    private static bool IsUrl(string text) =>
        text.Length <= 2000 && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.UserInfo.Length == 0;

    private static IEnumerable<(string, FieldFault)> When(bool wrong, string field, FieldFault fault)
    {
        if (wrong)
            yield return (field, fault);
    }
}

/// <summary>A line of a card: an item and how many, a parcel and where it is.</summary>
internal sealed record CardLine(string Text, string? Value = null);
