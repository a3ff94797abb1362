using System.Net;
using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Platform.Access;

/// <summary>What a role gives: deeds, where they may be done, how people's data shows, and when all this holds. The same on the wire and in the table.</summary>
/// <param name="Permissions">Names of <see cref="Access.Permissions"/>.</param>
/// <param name="Scope">The conversations, and so the people, that it shows.</param>
/// <param name="Handling">Where conversations may be changed; null: wherever they are seen.</param>
/// <param name="Fields">How people's data shows.</param>
/// <param name="Conditions">When the role counts.</param>
/// <param name="Colleagues"><c>all</c>, or <c>teams</c>: only colleagues and teams of one's own department are known and can be given work.</param>
internal sealed record RolePolicy(
    IReadOnlyList<string> Permissions, ScopeRule Scope, ScopeRule? Handling, FieldPolicy Fields, RoleConditions Conditions, string Colleagues = RolePolicy.Everybody)
{
    public const string Everybody = "all";
    public const string OwnTeams = "teams";

    /// <summary>Nothing at all.</summary>
    public static readonly RolePolicy Nothing = new([], ScopeRule.Nothing, null, FieldPolicy.Hidden, RoleConditions.None);

    public string ToJson() => JsonSerializer.Serialize(this, StrictJson.Options);

    /// <summary>Tolerant of members that a newer version added: an old node must still be able to read them.</summary>
    public static RolePolicy FromJson(string json) => JsonSerializer.Deserialize<RolePolicy>(json, TolerantJson.Options)!;
}

/// <summary>Which conversations: those that one of <see cref="Who"/> names, of these channels, with one of these tags.</summary>
/// <param name="Who">Any of <see cref="Kinds"/>.</param>
/// <param name="Channels">Only of these; null: of all.</param>
/// <param name="Tags">Only with one of these; null: with or without.</param>
internal sealed record ScopeRule(IReadOnlyList<string> Who, IReadOnlyList<Guid>? Channels = null, IReadOnlyList<Guid>? Tags = null)
{
    public const string All = "all";

    /// <summary>Held by oneself.</summary>
    public const string Assigned = "assigned";

    /// <summary>Held by oneself, or where one was named in a note.</summary>
    public const string Own = "own";

    /// <summary>Held by nobody.</summary>
    public const string Unassigned = "unassigned";

    /// <summary>Of one's teams: meant for the team, held by one of its people, or waiting for a team above.</summary>
    public const string Team = "team";

    /// <summary>The same with every team below one's own.</summary>
    public const string Tree = "tree";

    public static readonly IReadOnlyList<string> Kinds = [All, Tree, Team, Own, Assigned, Unassigned];

    public static readonly ScopeRule Everything = new([All]);
    public static readonly ScopeRule Nothing = new([]);

    public bool IsEverything => Who.Contains(All) && Channels is null && Tags is null;

    /// <summary>Whether everything that the other shows its holder is in this one, too. Careful: false when it cannot be told.</summary>
    public bool Covers(ScopeRule other)
    {
        if (other.Who.Count == 0 || IsEverything)
            return true;
        return Narrower(Channels, other.Channels) && Narrower(Tags, other.Tags) && other.Who.All(CoversKind);
    }

    private static bool Narrower(IReadOnlyList<Guid>? own, IReadOnlyList<Guid>? others) => own is null || (others is not null && others.All(own.Contains));

    private bool CoversKind(string kind) => Who.Contains(All) || Who.Contains(kind) || kind switch
    {
        Team => Who.Contains(Tree),
        Assigned => Who.Contains(Own),
        _ => false,
    };
}

/// <summary>When a role counts, and what of it needs more. Everything that is null or false asks for nothing.</summary>
/// <param name="Networks">Addresses and networks (CIDR) that one has to come from.</param>
/// <param name="Hours">Days and times of day.</param>
/// <param name="SecondFactor">Only in sessions where a second factor was proven.</param>
/// <param name="ProofMinutes">Sensitive deeds need a proof (password, second factor) that is no older.</param>
/// <param name="RevealsPerDay">How often hidden data may be revealed in a day.</param>
/// <param name="ExportsPerDay">How often people may be exported in a day.</param>
/// <param name="SecondPerson">Permissions whose deeds somebody else has to agree to.</param>
internal sealed record RoleConditions(
    IReadOnlyList<string>? Networks = null, RoleHours? Hours = null, bool SecondFactor = false, int? ProofMinutes = null,
    int? RevealsPerDay = null, int? ExportsPerDay = null, IReadOnlyList<string>? SecondPerson = null)
{
    public static readonly RoleConditions None = new();

    public bool Hold(Circumstances now) =>
        (Networks is null || (now.From is { } from && Networks.Any(network => NetworkOf(network)?.Contains(from) == true)))
        && (Hours is null || Hours.Contains(now.At, now.TimeZone))
        && (!SecondFactor || now.SecondFactor);

    /// <summary>An address or a network in CIDR notation; null when it is neither.</summary>
    public static IPNetwork? NetworkOf(string text) =>
        text.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(text, out var network) ? network : null
        : IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || text.Count(letter => letter == '.') == 3)
            ? new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)
            : null;
}

/// <summary>Hours of a day. From later than to: over midnight, and the day is the one on which they begin.</summary>
/// <param name="From"><c>09:00</c></param>
/// <param name="To"><c>18:00</c>; not included.</param>
/// <param name="Days">1 (Monday) to 7; null: every day.</param>
/// <param name="TimeZone">IANA name; null: the workspace's.</param>
internal sealed record RoleHours(string From, string To, IReadOnlyList<int>? Days = null, string? TimeZone = null)
{
    public bool Contains(DateTimeOffset at, string workspaceZone)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone ?? workspaceZone, out var zone) || ParseTime(From) is not { } from || ParseTime(To) is not { } to)
            return false; // what cannot be understood opens nothing
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        if (from <= to)
            return time >= from && time < to && On(local.DayOfWeek);
        return (time >= from && On(local.DayOfWeek)) || (time < to && On(local.AddDays(-1).DayOfWeek));
    }

    private bool On(DayOfWeek day) => Days is null || Days.Contains(day == DayOfWeek.Sunday ? 7 : (int)day);

    public static TimeOnly? ParseTime(string text) => TimeOnly.TryParseExact(text, "HH:mm", out var time) ? time : null;
}

/// <summary>What conditions are asked about.</summary>
/// <param name="From">The caller's address; IPv4 as such.</param>
/// <param name="TimeZone">The workspace's.</param>
/// <param name="SecondFactor">Whether the session has proven one.</param>
internal readonly record struct Circumstances(IPAddress? From, DateTimeOffset At, string TimeZone, bool SecondFactor)
{
    public static Circumstances Of(IPAddress? from, DateTimeOffset at, string timeZone, bool secondFactor) =>
        new(from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from, at, timeZone, secondFactor);
}
