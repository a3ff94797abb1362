namespace Queqiao.Server.Contacts;

/// <summary>
/// What personal data is used for. Each is asked for by itself and is off until it was given (PIPL 14, 23, 29, 39; GDPR 7); only the
/// service that a person asks for by writing to us needs no more than that they were told.
/// </summary>
internal static class Purposes
{
    public const string Service = "service";
    public const string Marketing = "marketing";
    public const string Analytics = "analytics";
    public const string Sensitive = "sensitive";
    public const string ThirdParty = "third_party";
    public const string CrossBorder = "cross_border";

    public static readonly IReadOnlyList<string> All = [Service, Marketing, Analytics, Sensitive, ThirdParty, CrossBorder];

    /// <summary>Those that a person may give and take back.</summary>
    public static readonly IReadOnlyList<string> Optional = [Marketing, Analytics, Sensitive, ThirdParty, CrossBorder];
}

/// <summary>What a line of the consent ledger says.</summary>
internal static class ConsentActs
{
    /// <summary>The notice was in front of the person when they wrote.</summary>
    public const string Shown = "shown";
    public const string Given = "given";
    public const string Withdrawn = "withdrawn";
}
