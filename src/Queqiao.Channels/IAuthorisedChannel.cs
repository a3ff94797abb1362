using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Channels;

/// <summary>
/// A platform whose account has to consent in the browser (OAuth 2): an administrator is sent there, comes back with a code, and the
/// code becomes settings. Fields that come so are <see cref="SettingField.Granted"/>.
/// </summary>
public interface IAuthorisedChannel
{
    /// <summary>Fields that must be filled in before.</summary>
    IReadOnlyList<string> AuthorisesWith { get; }

    /// <summary>Where the administrator consents. Pure.</summary>
    Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings);

    /// <summary>The code for settings. Codes are good once.</summary>
    Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct);
}

/// <param name="State">Comes back as it is; whoever made it knows it again.</param>
/// <param name="RedirectUri">Where they come back to; the same in both requests.</param>
/// <param name="Verifier">43 to 128 unreserved characters that nobody else knows (RFC 7636).</param>
public sealed record AuthorisationRequest(string State, string RedirectUri, string Verifier)
{
    /// <summary>S256 of the verifier.</summary>
    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public override string ToString() => "authorisation request";
}

public abstract record AuthorisationOutcome
{
    private AuthorisationOutcome()
    {
    }

    /// <param name="Settings">By field.</param>
    /// <param name="Account">What the platform calls the account; null when it does not say.</param>
    public sealed record Granted(IReadOnlyDictionary<string, string> Settings, string? Account) : AuthorisationOutcome
    {
        /// <summary>When the consent ends; null: never, or the platform does not say.</summary>
        public DateTimeOffset? Until { get; init; }

        /// <summary>What did not come with it and is left for the administrator to do.</summary>
        public Words? Left { get; init; }

        public override string ToString() => "granted";
    }

    public sealed record Denied(Failure Failure) : AuthorisationOutcome;
}
