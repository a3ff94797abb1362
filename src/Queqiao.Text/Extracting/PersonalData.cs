using System.Text.RegularExpressions;

namespace Queqiao.Text.Extracting;

/// <summary>Finds and hides what identifies a person, before a text leaves the house or is kept where it should not be.</summary>
public static partial class PersonalData
{
    private static readonly EntityReader Reader = new();

    /// <summary>The pieces that identify a person.</summary>
    public static IReadOnlyList<Entity> In(string text) =>
        [.. Reader.Read(text, DateTimeOffset.UnixEpoch).Where(entity => entity.Kind is EntityKind.Phone or EntityKind.Email or EntityKind.IdCard or EntityKind.BankCard
            or EntityKind.Passport or EntityKind.Plate or EntityKind.IpAddress or EntityKind.Address)];

    /// <summary>The text with each such piece replaced by its kind: <c>[phone]</c>.</summary>
    public static string Mask(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var masked = text;
        foreach (var entity in In(text).Reverse())
            masked = string.Concat(masked.AsSpan(0, entity.Start), "[" + NameOf(entity.Kind) + "]", masked.AsSpan(entity.Start + entity.Length));
        return masked;
    }

    /// <summary>What a masked text says besides: without the names of what was hidden, which would be taken for words of the customer's.</summary>
    public static string WithoutMasks(string masked)
    {
        ArgumentNullException.ThrowIfNull(masked);
        return Masks().Replace(masked, " ");
    }

    [GeneratedRegex(@"\[(phone|email|id_card|bank_card|passport|plate|ip|address)\]")]
    private static partial Regex Masks();

    private static string NameOf(EntityKind kind) => kind switch
    {
        EntityKind.Phone => "phone",
        EntityKind.Email => "email",
        EntityKind.IdCard => "id_card",
        EntityKind.BankCard => "bank_card",
        EntityKind.Passport => "passport",
        EntityKind.Plate => "plate",
        EntityKind.IpAddress => "ip",
        _ => "address",
    };
}
