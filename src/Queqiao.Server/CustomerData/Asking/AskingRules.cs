using Queqiao.Server.Contacts;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>By what the firm's system may know somebody. Pure.</summary>
internal static class AskingRules
{
    public const string Channel = "channel";
    private const int Most = 20;

    /// <summary>
    /// Channels on which anybody can be anybody: a web visitor is a random number, and a sender's address or number is what the sender
    /// says. On platforms the platform itself knows who writes.
    /// </summary>
    private static readonly string[] ClaimedKinds = ["web", "email", "api", "form", "sms", "phone", "voice"];

    /// <summary>The most certain first. What nobody has proven would show one person's orders to whoever names them.</summary>
    public static IReadOnlyList<AskedIdentity> Choose(IEnumerable<AskedIdentity> known, bool unverified) =>
    [
        .. known.Where(one => one.Kind != Channel || !ClaimedKinds.Contains(one.ChannelKind))
            .Where(one => one.Verified || unverified)
            .OrderByDescending(one => one.Verified).ThenBy(one => RankOf(one.Kind)).ThenBy(one => one.Value, StringComparer.Ordinal)
            .Take(Most),
    ];

    private static int RankOf(string kind) => kind switch
    {
        IdentityKinds.User => 0,
        Channel => 1,
        IdentityKinds.Email => 2,
        IdentityKinds.Phone => 3,
        _ => 4,
    };
}
