using System.Text;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Identity.Agents;

/// <summary>What an account must look like, wherever it is made: set-up, console, command line, demo.</summary>
internal static partial class AgentRules
{
    public const int MostName = 100;

    /// <summary>RFC 5321 4.5.3.1.3: a path of 256 octets with its brackets.</summary>
    private const int MostEmail = 254;

    /// <summary>The address as it is compared: NFC, lower case, without spaces around.</summary>
    public static string EmailKey(string email) => email.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();

    public static IEnumerable<(string Field, FieldFault Fault)> CheckEmail(string email)
    {
        if (email.Trim() is var given && given.Length is 0)
            yield return ("email", new("required"));
        else if (given.Length > MostEmail)
            yield return ("email", new("too_long", MostEmail));
        else if (!Address().IsMatch(given) || given.Any(char.IsControl))
            yield return ("email", new("invalid_email"));
    }

    /// <summary>Names are shown in lists and in the customer's chat: one line, no tricks with invisible letters.</summary>
    public static IEnumerable<(string Field, FieldFault Fault)> CheckName(string field, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            yield return (field, new("required"));
        else if (name.Trim().Length > MostName)
            yield return (field, new("too_long", MostName));
        else if (OneLine.HidesSomething(name))
            yield return (field, new("control_characters"));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> CheckPassword(string password, string email)
    {
        if (PasswordRules.FaultOf(password, email) is { } fault)
            yield return ("password", fault);
    }

    /// <summary>A built-in role's name or what may be the id of one of the workspace.</summary>
    public static IEnumerable<(string Field, FieldFault Fault)> CheckRole(string role, string field = "role")
    {
        if (BuiltInRoles.Find(role) is null && !Guid.TryParseExact(role, "D", out _))
            yield return (field, new("not_one_of", string.Join(", ", BuiltInRoles.Ids)));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> CheckLocale(string? locale)
    {
        if (locale is not null && !Locale.All.Any(known => known.Tag == locale))
            yield return ("locale", new("not_one_of", string.Join(", ", Locale.All)));
    }

    /// <summary>One fault, or none: reads well in a list of checks.</summary>
    public static IEnumerable<(string Field, FieldFault Fault)> When(bool wrong, string field, FieldFault fault) => wrong ? [(field, fault)] : [];

    // RFC 5322's atoms and RFC 6531's letters of all scripts; quoted local parts and address literals are left out on purpose.
    [GeneratedRegex(@"^[^\s@<>()\[\]\\,;:""]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,62})(?:\.[\p{L}\p{N}][\p{L}\p{N}\p{M}-]{0,62})*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
