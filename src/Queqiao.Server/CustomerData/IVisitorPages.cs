namespace Queqiao.Server.CustomerData;

/// <summary>What a visitor is looking at, told by the channel once they have written.</summary>
internal interface IVisitorPages
{
    /// <summary>Keeps it as what they are looking at now; among the pages they visited only with their consent to analytics.</summary>
    /// <param name="contact">Who.</param>
    /// <param name="seen">Checked by <see cref="SeenPage.Clean"/>.</param>
    Task Saw(int ws, Guid contact, SeenPage seen, CancellationToken ct);
}

/// <param name="Url">Without its query and fragment: they may hold secrets of the site.</param>
/// <param name="Product">As the page says; nobody has checked it.</param>
/// <param name="OrderId">The order that the page shows.</param>
internal sealed record SeenPage(string Url, string? Title = null, ShopProduct? Product = null, string? OrderId = null)
{
    private const int MostTitle = 300;
    private const int MostId = 100;

    /// <summary>The same in the form in which it is kept; null when it cannot be a page. What is too long is cut, what is no article is left out.</summary>
    public SeenPage? Clean()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0 || Url.Length > 4000)
            return null;
        var plain = address.GetLeftPart(UriPartial.Path);
        if (plain.Length > 1000)
            return null;
        return new SeenPage(plain, Cut(Title, MostTitle), ProductOf(Product), Cut(OrderId?.Trim(), MostId) is { Length: > 0 } order ? order : null);
    }

    private static ShopProduct? ProductOf(ShopProduct? claimed) =>
        claimed is null || Cut(claimed.Id, MostId) is not { Length: > 0 } id || Cut(claimed.Name, MostTitle) is not { Length: > 0 } name ? null
        : new ShopProduct(id, name, claimed.Price is >= 0 and <= 100_000_000_000 ? claimed.Price : 0, claimed.Currency is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper) ? currency : "CNY", Cut(claimed.Variant, MostTitle));

    private static string? Cut(string? text, int most) => text is null ? null : text.Length <= most ? text : text[..most];
}
