using Queqiao.Server.Contacts;
using Queqiao.Server.CustomerData.Configuring;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>
/// The demonstration shop: <c>customer-001</c> … are who they say, a telephone number that was proven belongs to one of them, and anybody else
/// is always the same one, so that the panel can be tried before a system is connected.
/// </summary>
internal sealed class DemoSource(TimeProvider clock) : ICustomerDataSource
{
    private static DemoOrders Shop => DemoOrders.Instance;

    public string Kind => SourceKind.Demo;

    public Task<Reply> Ask(Connection connection, Question question, CancellationToken ct) => Task.FromResult(new Reply(Answer(question, clock.GetUtcNow())));

    private static Said Answer(Question question, DateTimeOffset now) => question switch
    {
        { Ask: "customer", Customer: { } person } => new Said(Shop.User(WhoIs(person), now), Orders: [.. Shop.Of(WhoIs(person), now).Take(question.Limit ?? ContractRules.MostOrders)]),
        { Ask: "order", Customer: { } person, OrderId: { } id } => new Said(Order: Shop.Of(WhoIs(person), now).FirstOrDefault(order => order.Id == id)),
        { Ask: "products", Query: { } query } => new Said(Products: [.. Shop.Products.Where(product => Matches(product, query)).Take(question.Limit ?? ContractRules.MostProducts)]),
        { Ask: "product", ProductId: { } id } => new Said(Products: [.. Shop.Products.Where(product => product.Id == id)]),
        _ => new Said(),
    };

    private static string WhoIs(AskedPerson person) =>
        person.Identities.FirstOrDefault(one => one.Kind == IdentityKinds.User && Shop.Customers.Contains(one.Value))?.Value
        ?? (person.Identities.FirstOrDefault(one => one is { Kind: IdentityKinds.Phone, Verified: true }) is { } phone ? OfPhone(phone.Value) : null)
        ?? Shop.Customers[(int)(BitConverter.ToUInt32(person.Contact.ToByteArray(), 12) % (uint)Shop.Customers.Count)];

    /// <summary>Whose number it is, by its last four digits.</summary>
    internal static string? OfPhone(string number) =>
        number.Length >= 4 && int.TryParse(number.AsSpan(number.Length - 4), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var last) ? Shop.Customers[last % Shop.Customers.Count] : null;

    private static bool Matches(ShopProduct product, string query) =>
        query.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word =>
            product.Name.Contains(word, StringComparison.OrdinalIgnoreCase) || product.Id.Contains(word, StringComparison.OrdinalIgnoreCase)
            || product.Description?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);
}
