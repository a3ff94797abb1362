using System.Text.Json;
using Queqiao.Server.Contacts;

namespace Queqiao.Server.Channels.Web.Users;

/// <summary>What a site has signed about the person in front of it. Nothing else counts as verified.</summary>
/// <param name="Sub">What the site calls them; the same on every device.</param>
/// <param name="Attributes">Strings, numbers and booleans that the site knows about them.</param>
internal sealed record VerifiedUser(
    string Sub,
    string? Name = null,
    string? Email = null,
    string? Phone = null,
    IReadOnlyList<UserIdentity>? Identities = null,
    IReadOnlyDictionary<string, JsonElement>? Attributes = null)
{
    /// <summary>False: the site has not checked that the address is theirs. Most sites say nothing, and have.</summary>
    public bool EmailVerified { get; init; } = true;

    public bool PhoneVerified { get; init; } = true;

    private const int MostText = 200;
    private const int MostEmail = 254;
    private const int MostPhone = 32;
    private const int MostIdentities = 10;
    private const int MostKind = 32;
    private const int MostAttributes = 20;
    private const int MostAttributeText = 300;

    /// <summary>Whether it may be carried in a token and stored with a contact.</summary>
    public bool IsSound() =>
        IsText(Sub, MostText) && Sub == Sub.Trim()
        && (Name is null || IsText(Name, MostText))
        && (Email is null || (IsText(Email, MostEmail) && Identifiers.IsEmail(Email)))
        && (Phone is null || (IsText(Phone, MostPhone) && Identifiers.IsPhone(Phone)))
        && (Identities ?? []).Count <= MostIdentities && (Identities ?? []).All(IsSoundIdentity)
        && (Attributes?.Count ?? 0) <= MostAttributes && (Attributes ?? new Dictionary<string, JsonElement>()).All(IsSoundAttribute);

    private static bool IsSoundIdentity(UserIdentity? identity) =>
        identity is not null && IsText(identity.Value, MostText) && identity.Kind is { Length: > 0 and <= MostKind }
        && identity.Kind.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-');

    private static bool IsSoundAttribute(KeyValuePair<string, JsonElement> attribute) =>
        IsText(attribute.Key, MostKind) && attribute.Value.ValueKind switch
        {
            JsonValueKind.String => IsText(attribute.Value.GetString()!, MostAttributeText),
            JsonValueKind.Number => attribute.Value.GetRawText().Length <= MostKind,
            JsonValueKind.True or JsonValueKind.False => true,
            _ => false,
        };

    private static bool IsText(string? text, int most) => !string.IsNullOrWhiteSpace(text) && text.Length <= most && !text.Any(char.IsControl);
}

/// <param name="Kind"><c>wechat</c>, <c>crm</c> …: the site's own word.</param>
internal sealed record UserIdentity(string Kind, string Value);
