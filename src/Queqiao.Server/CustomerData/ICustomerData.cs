namespace Queqiao.Server.CustomerData;

/// <summary>
/// What other modules may ask about the firm's own data: one contract for people and bots. Whoever is asked about is known by what was
/// proven about them (<c>CustomerDataSettings.Unverified</c>), never by what somebody typed. Answers hold personal data: whoever shows
/// them to an agent passes them through the agent's field policy first.
/// </summary>
internal interface ICustomerData
{
    /// <summary>Whether a system of the firm is connected.</summary>
    ValueTask<bool> IsOn(int ws, CancellationToken ct);

    /// <summary>User, orders, logistics and refunds of a person. Never throws for what the other side does wrong.</summary>
    /// <param name="ws">The workspace.</param>
    /// <param name="contact">Anybody; of merged contacts the whole person counts.</param>
    /// <param name="afresh">Not from the copy, unless the firm's system does not answer.</param>
    Task<CustomerDataAnswer> Of(int ws, Guid contact, bool afresh, CancellationToken ct);

    /// <summary>One order by its number: null when it is not this person's.</summary>
    Task<OrderAnswer> Order(int ws, Guid contact, string orderId, CancellationToken ct);

    /// <summary>Articles that a word finds; nothing personal.</summary>
    Task<ProductsAnswer> Products(int ws, string query, CancellationToken ct);

    /// <summary>One article by its number.</summary>
    Task<ProductsAnswer> Product(int ws, string productId, CancellationToken ct);

    /// <summary>Connects the demonstration shop, unless something is connected.</summary>
    Task ConnectDemo(int ws, CancellationToken ct);
}

/// <param name="State">One of <see cref="DataState"/>.</param>
/// <param name="Facts">Null when there is nothing to show.</param>
/// <param name="FetchedAt">When the firm's system said so.</param>
/// <param name="Trouble">Why it is not as it is now.</param>
internal sealed record CustomerDataAnswer(string State, CustomerFacts? Facts = null, DateTimeOffset? FetchedAt = null, DataTrouble? Trouble = null);

internal sealed record OrderAnswer(ShopOrder? Order, DataTrouble? Trouble = null);

internal sealed record ProductsAnswer(IReadOnlyList<ShopProduct> Items, DataTrouble? Trouble = null);

/// <summary>What went wrong with the firm's system.</summary>
/// <param name="Code">One of <see cref="DataTroubles"/>.</param>
/// <param name="Detail">A status, or the place in the answer that is not as agreed. Never content.</param>
internal sealed record DataTrouble(string Code, string? Detail = null);

internal static class DataState
{
    /// <summary>No system is connected.</summary>
    public const string Off = "off";

    /// <summary>Nothing is proven about this person that the firm's system could know them by.</summary>
    public const string Unknown = "unknown";

    public const string Fresh = "fresh";

    /// <summary>The firm's system did not answer; this is what it said before.</summary>
    public const string Stale = "stale";

    /// <summary>It did not answer, and never has.</summary>
    public const string Failed = "failed";
}

internal static class DataTroubles
{
    public const string Timeout = "customer_data_timeout";
    public const string Away = "customer_data_away";
    public const string Resting = "customer_data_resting";
    public const string Answered = "customer_data_answered";
    public const string Schema = "customer_data_schema";
    public const string TooLarge = "customer_data_too_large";
    public const string Address = "customer_data_address";
}
