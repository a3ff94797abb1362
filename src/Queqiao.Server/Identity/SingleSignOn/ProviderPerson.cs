using System.Text;
using System.Text.Json;
using Queqiao.Server.Identity.Agents;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>Somebody as a provider describes them. Pure: made of claims that were checked.</summary>
/// <param name="Groups">Null: the provider did not say, which is not the same as none.</param>
internal sealed record ProviderPerson(
    string Subject, string? Email, bool EmailVerified, string? Name, IReadOnlySet<string>? Groups, string? Sid)
{
    private const int MostGroups = 5_000;

    /// <param name="claims">Of the ID token.</param>
    /// <param name="more">Of the user info endpoint; what the ID token says counts more.</param>
    public static ProviderPerson Of(JsonElement claims, JsonElement? more, ProviderSettings settings)
    {
        var email = Said("email") ?? (settings.TrustsEmails ? Said("upn") ?? Said("preferred_username") : null);
        if (email is not null && AgentRules.CheckEmail(email).Any())
            email = null;
        return new ProviderPerson(
            IdTokens.Text(claims, "sub")!, email, email is not null && (settings.TrustsEmails || IsTrue("email_verified") || IsTrue("xms_edov")),
            NameOf(Said("name") ?? Join(Said("given_name"), Said("family_name")) ?? Said("preferred_username")),
            GroupsIn(claims, settings.GroupsClaim) ?? (more is { } asked ? GroupsIn(asked, settings.GroupsClaim) : null),
            IdTokens.Text(claims, "sid"));

        string? Said(string name) => Blank(IdTokens.Text(claims, name)) ?? (more is { } asked ? Blank(IdTokens.Text(asked, name)) : null);

        bool IsTrue(string name) => Truth(claims, name) ?? (more is { } asked && Truth(asked, name) == true);
    }

    /// <summary>Whether the ID token alone says all that is needed.</summary>
    public static bool IsEnough(JsonElement claims, ProviderSettings settings) =>
        IdTokens.Text(claims, "email") is not null && IdTokens.Text(claims, "name") is not null
        && (settings.Groups is not { Count: > 0 } || GroupsIn(claims, settings.GroupsClaim) is not null);

    // true, "true" (some), 1 (Entra's xms_edov)
    private static bool? Truth(JsonElement claims, string name) => !claims.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => value.GetString() is "true" or "True" or "1",
        JsonValueKind.Number => value.TryGetInt32(out var number) && number == 1,
        _ => false,
    };

    private static HashSet<string>? GroupsIn(JsonElement claims, string path)
    {
        if (path.Length == 0)
            return null;
        // A name with dots or slashes in it is a name first (https://example.com/groups), a path second.
        if (!claims.TryGetProperty(path, out var found))
        {
            found = claims;
            foreach (var step in path.Split('.'))
            {
                if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(step, out found))
                    return null;
            }
        }
        return found.ValueKind switch
        {
            JsonValueKind.Array => [.. found.EnumerateArray().Take(MostGroups).Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)],
            JsonValueKind.String => [found.GetString()!],
            _ => null,
        };
    }

    /// <summary>What stays of a name when what our rules do not allow is taken out; null when nothing does.</summary>
    public static string? NameOf(string? name)
    {
        if (name is null)
            return null;
        var kept = new StringBuilder();
        foreach (var rune in name.Trim().EnumerateRunes().Where(rune => !AgentRules.CheckName("name", "a" + rune).Any()))
        {
            if (kept.Length + rune.Utf16SequenceLength > AgentRules.MostName)
                break;
            kept.Append(rune);
        }
        var text = kept.ToString().Trim();
        return text.Length == 0 ? null : text;
    }

    private static string? Join(string? given, string? family) => Blank($"{given} {family}".Trim());

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
