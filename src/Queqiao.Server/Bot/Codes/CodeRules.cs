using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Contacts;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Bot.Codes;

/// <summary>One-time codes: how long they hold, how often they are sent, what is read as one. Pure.</summary>
internal static partial class CodeRules
{
    public const int MostTries = 5;
    public static readonly TimeSpan Valid = TimeSpan.FromMinutes(10);

    /// <summary>To one address, and for one person.</summary>
    public const int MostSoon = 3;
    public const int MostADay = 8;

    /// <summary>Of a whole workspace in an hour: whoever pumps messages has to stop somewhere.</summary>
    public const int MostAnHour = 300;

    public static readonly TimeSpan Soon = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly EntityReader Entities = new();

    public static string NewCode() => RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);

    public static byte[] Hash(byte[] key, Guid row, string code) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{row:N}:{code}"));

    /// <summary>The code in somebody's words; null: there is none.</summary>
    public static string? CodeIn(string said) => Digits().Match(said.Normalize(NormalizationForm.FormKC).Replace(" ", "", StringComparison.Ordinal)) is { Success: true } found ? found.Value : null;

    public static bool WantsAnother(string said) => Again().IsMatch(said);

    /// <summary>A number or an address that was written, as it is sent to; null: there is none.</summary>
    public static string? AddressIn(string said, DateTimeOffset now)
    {
        var found = Entities.Read(said, now);
        if (found.FirstOrDefault(entity => entity.Kind == EntityKind.Email) is { } mail)
            return mail.Value.ToLowerInvariant();
        return found.FirstOrDefault(entity => entity.Kind == EntityKind.Phone) is { } phone ? PhoneOf(phone.Value) : null;
    }

    /// <summary>With its country. Numbers without one are Chinese mobiles, else they cannot be written to.</summary>
    public static string? PhoneOf(string digits)
    {
        var bare = string.Concat(digits.Where(char.IsAsciiDigit));
        return digits.StartsWith('+') ? "+" + bare
            : bare.Length == 13 && bare.StartsWith("86", StringComparison.Ordinal) ? "+" + bare
            : bare.Length == 11 && bare[0] == '1' ? "+86" + bare
            : null;
    }

    /// <summary>Where a code may go: to what is proven of the person already. The telephone first.</summary>
    public static string? KnownAddress(IEnumerable<PersonIdentity> known, CodeSettings settings) => known
        .Where(one => one.Verified && one.Kind is IdentityKinds.Phone or IdentityKinds.Email)
        .OrderBy(one => one.Kind == IdentityKinds.Phone ? 0 : 1).ThenBy(one => one.Value, StringComparer.Ordinal)
        .Select(one => one.Kind == IdentityKinds.Phone ? PhoneOf(one.Value) : one.Value)
        .FirstOrDefault(address => address is not null && settings.ChannelFor(address) is not null);

    /// <summary>Whether the channel itself has proven who writes here: a site that signs its users, a platform that knows the number.</summary>
    public static bool IsProvenHere(IEnumerable<PersonIdentity> known, Guid channel) =>
        known.Any(one => one.Verified && one.ChannelId == channel && one.Source != "link" && one.Kind is IdentityKinds.User or IdentityKinds.Phone);

    [GeneratedRegex(@"(?<!\d)\d{6}(?!\d)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    [GeneratedRegex("没收到|没有收到|重发|重新发|再发|收不到|过期|resend|again|another|didn'?t (get|receive|arrive)|not (received|arrived)|expired", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Again();
}
