using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.CustomerData.Showing;

/// <summary>The firm's data as somebody's field policy shows it. Pure.</summary>
internal static class FactMasks
{
    /// <summary>Kinds of data in it that a policy can mask.</summary>
    public static readonly IReadOnlyList<string> Names = ["name", "phone", "email", "identities", "fields"];

    public static CustomerFacts For(this CustomerFacts facts, FieldPolicy fields) => fields.IsClear ? facts : new CustomerFacts(
        facts.User is { } user ? User(user, fields) : null,
        [.. facts.Orders.Select(order => order.For(fields))]);

    public static ShopOrder For(this ShopOrder order, FieldPolicy fields) => fields.IsClear ? order : order with
    {
        Receiver = order.Receiver is { } to ? new ShopReceiver(
            Masks.At(fields.Name, to.Name, Masks.Name), Masks.At(fields.Phone, to.Phone, Masks.Phone), Masks.At(fields.Fields, to.Address, Masks.Rest)) : null,
        Note = Masks.At(fields.Messages, order.Note, static text => Masks.Text(text)),
    };

    private static ShopUser User(ShopUser user, FieldPolicy fields) => user with
    {
        Id = Masks.At(fields.Identities, user.Id, Masks.Rest) ?? "",
        Name = Masks.At(fields.Name, user.Name, Masks.Name),
        Phone = Masks.At(fields.Phone, user.Phone, Masks.Phone),
        Email = Masks.At(fields.Email, user.Email, Masks.Email),
        Facts = fields.Fields == FieldLevel.Hidden ? [] : fields.Fields == FieldLevel.Clear ? user.Facts : user.Facts?.Select(fact => fact with { Value = Masks.Rest(fact.Value) }).ToList(),
        Tags = fields.Fields == FieldLevel.Hidden ? [] : user.Tags,
    };

    public static FieldPolicy Opened(this FieldPolicy fields, IEnumerable<string> names) => names.Aggregate(fields, (now, name) => name switch
    {
        "name" => now with { Name = FieldLevel.Clear },
        "phone" => now with { Phone = FieldLevel.Clear },
        "email" => now with { Email = FieldLevel.Clear },
        "identities" => now with { Identities = FieldLevel.Clear },
        "fields" => now with { Fields = FieldLevel.Clear },
        _ => now,
    });
}
