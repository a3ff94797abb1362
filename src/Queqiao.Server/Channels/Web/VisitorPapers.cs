using Queqiao.Server.Channels.Web.Users;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Web;

/// <summary>
/// What a visitor carries in their token until they act: who the site says they are, and what they answered to the notice. So the
/// server knows it with the first message, and stores nothing before.
/// </summary>
/// <param name="UserUntil">When the site has to sign again, in Unix milliseconds.</param>
internal sealed record VisitorPapers(VerifiedUser? User = null, long? UserUntil = null, NoticeAnswer? Notice = null)
{
    /// <summary>How long a proof of the site keeps somebody signed in with us after they were last seen with one.</summary>
    public static readonly TimeSpan UserValid = TimeSpan.FromDays(7);

    /// <param name="issuer">Whose accounts the channel's users are; null: nobody has said.</param>
    public Arrival For(CustomerIdentity who, string? issuer) => new(who.ChannelId, who.Identity)
    {
        Name = User?.Name is { } name ? OneLine.Of(name) : null,
        Identities = User is null ? [] : [.. Claimed(User, issuer)],
        Attributes = User?.Attributes,
        Notice = Notice,
    };

    private static IEnumerable<ClaimedIdentity> Claimed(VerifiedUser user, string? issuer)
    {
        yield return new(IdentityKinds.User, user.Sub);
        if (issuer is not null)
            yield return new(IdentityKinds.Account, $"{issuer}|{user.Sub}");
        if (user.Email is { } email)
            yield return new(IdentityKinds.Email, email, user.EmailVerified);
        if (user.Phone is { } phone)
            yield return new(IdentityKinds.Phone, phone, user.PhoneVerified);
        foreach (var other in (user.Identities ?? []).Where(one => one.Kind is not (IdentityKinds.Account or IdentityKinds.User or IdentityKinds.Link)))
            yield return new(other.Kind, other.Value);
    }
}

/// <summary>A person as a channel names them, without the conversations' own type.</summary>
internal readonly record struct CustomerIdentity(Guid ChannelId, string Identity);
