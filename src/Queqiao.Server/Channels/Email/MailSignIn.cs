using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Channels.Tokens;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Sending;
using Queqiao.Server.Platform.Outbound;

namespace Queqiao.Server.Channels.Email;

/// <summary>
/// With what a mailbox is signed in to: a password, or an OAuth token (XOAUTH2) that is fetched by the refresh token of the settings and
/// kept for all nodes. A provider that changes the refresh token with each use is followed: the newest is kept with the token.
/// </summary>
internal sealed class MailSignIn(ChannelTokens tokens, GuardedHttp http, TimeProvider clock)
{
    private const string TokenName = "mail";
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(20), 64 * 1024, MaxRedirects: 0);

    /// <exception cref="MailException">The provider gives no token.</exception>
    public async Task<MailCredentials> Imap(ChannelAccount account, CancellationToken ct)
    {
        var settings = new EmailSettings(account.Settings);
        return settings.UsesTokens ? new MailCredentials(settings.ImapLogin.User, await Token(account, settings, ct), IsToken: true) : settings.ImapLogin;
    }

    /// <summary>Null: the server takes mail without.</summary>
    /// <exception cref="MailException">The provider gives no token.</exception>
    public async Task<MailCredentials?> Smtp(ChannelAccount account, CancellationToken ct)
    {
        var settings = new EmailSettings(account.Settings);
        return settings.UsesTokens ? new MailCredentials(settings.ImapLogin.User, await Token(account, settings, ct), IsToken: true) : settings.SmtpLogin;
    }

    private async Task<string> Token(ChannelAccount account, EmailSettings settings, CancellationToken ct) =>
        await tokens.For(account).Get(TokenName, (before, stop) => Refresh(settings, before, stop), ct) switch
        {
            TokenOutcome.Granted { Token.Value: var value } => value,
            TokenOutcome.Denied { Failure: var failure } => throw new MailException(failure.Class == ErrorClass.Retry ? MailTrouble.Busy : MailTrouble.SignIn, failure.Detail),
            _ => throw new InvalidOperationException("A token is granted or denied."),
        };

    private async Task<TokenOutcome> Refresh(EmailSettings settings, AccessToken? before, CancellationToken ct)
    {
        var refresh = before?.Refresh ?? settings.RefreshToken;
        using var client = http.Client(Limits);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh, ["client_id"] = settings.ClientId, ["client_secret"] = settings.ClientSecret });
        try
        {
            using var answer = await client.PostAsync(settings.TokenUrl, form, ct);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            if (answer.IsSuccessStatusCode && json.RootElement.TryGetProperty("access_token", out var token) && token.GetString() is { Length: > 0 } value)
            {
                var seconds = json.RootElement.TryGetProperty("expires_in", out var lasts) && lasts.TryGetInt32(out var known) ? known : 3_000;
                var next = json.RootElement.TryGetProperty("refresh_token", out var other) && other.GetString() is { Length: > 0 } fresh ? fresh : refresh;
                return new TokenOutcome.Granted(new AccessToken(value, clock.GetUtcNow().AddSeconds(seconds), next));
            }
            // "invalid_grant": what a provider calls it is no secret.
            var said = json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null;
            return Denied((int)answer.StatusCode is 429 or >= 500 ? ErrorClass.Retry : ErrorClass.Reauthorise, said ?? ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException or JsonException or OutboundRefusedException or InvalidOperationException || (trouble is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return Denied(ErrorClass.Retry, trouble.GetType().Name);
        }
    }

    private static TokenOutcome.Denied Denied(ErrorClass what, string detail) => new(new Failure(what, "mail_token", new Words("登录服务没有给出令牌", "The sign-in service gives no token")) { Detail = detail });
}
