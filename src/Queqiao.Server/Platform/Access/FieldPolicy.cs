using System.Text.Json.Serialization;

namespace Queqiao.Server.Platform.Access;

/// <summary>How one kind of personal data shows, from least to most.</summary>
internal enum FieldLevel
{
    /// <summary>Not at all.</summary>
    Hidden,

    /// <summary>With most of it starred out.</summary>
    Masked,

    /// <summary>Masked, and in clear for minutes to whoever gives a reason, which is written down.</summary>
    Reveal,

    Clear,
}

/// <summary>How people's data shows. Several roles: of each field the most open level counts.</summary>
/// <param name="Name">What people are called.</param>
/// <param name="Phone">Phone numbers.</param>
/// <param name="Email">E-mail addresses.</param>
/// <param name="Identities">What channels and sites call them, and what sites have signed about them.</param>
/// <param name="Fields">Custom fields about people.</param>
/// <param name="Messages">Phone numbers, addresses, identity and bank card numbers inside what is written; hidden: everything that is written.</param>
internal sealed record FieldPolicy(FieldLevel Name, FieldLevel Phone, FieldLevel Email, FieldLevel Identities, FieldLevel Fields, FieldLevel Messages)
{
    public static readonly FieldPolicy Clear = All(FieldLevel.Clear);
    public static readonly FieldPolicy Hidden = All(FieldLevel.Hidden);

    /// <summary>Names in the order in which they are shown to people.</summary>
    public static readonly IReadOnlyList<string> Names = ["name", "phone", "email", "identities", "fields", "messages"];

    public static FieldPolicy All(FieldLevel level) => new(level, level, level, level, level, level);

    [JsonIgnore]
    public bool IsClear => this == Clear;

    public FieldLevel Of(string field) => field switch
    {
        "name" => Name,
        "phone" => Phone,
        "email" => Email,
        "identities" => Identities,
        "fields" => Fields,
        "messages" => Messages,
        _ => FieldLevel.Hidden,
    };

    /// <summary>Of each field the more open level.</summary>
    public FieldPolicy Or(FieldPolicy other) => new(
        Max(Name, other.Name), Max(Phone, other.Phone), Max(Email, other.Email), Max(Identities, other.Identities), Max(Fields, other.Fields), Max(Messages, other.Messages));

    /// <summary>Of each field the more closed level.</summary>
    public FieldPolicy And(FieldPolicy other) => new(
        Min(Name, other.Name), Min(Phone, other.Phone), Min(Email, other.Email), Min(Identities, other.Identities), Min(Fields, other.Fields), Min(Messages, other.Messages));

    public bool Covers(FieldPolicy other) => Or(other) == this;

    private static FieldLevel Max(FieldLevel one, FieldLevel other) => one > other ? one : other;

    private static FieldLevel Min(FieldLevel one, FieldLevel other) => one < other ? one : other;
}
