using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.WebPush;
using Queqiao.Server.Pushing.Storage;

namespace Queqiao.Server.Pushing;

/// <summary>What the console's worker shows.</summary>
/// <param name="Tag">What is of one tag replaces each other, the page's own notifications too.</param>
/// <param name="Path">What opens.</param>
internal sealed record PushNotice(string Title, string Body, string Tag, string Path);

/// <summary>How a push service took it.</summary>
internal enum PushAnswer
{
    Sent,

    /// <summary>The browser has gone: never again.</summary>
    Gone,

    /// <summary>It will not take this from us.</summary>
    Refused,

    Later,
}

/// <param name="Code">Of the answer, or what went wrong; null when it was sent.</param>
internal sealed record PushOutcome(PushAnswer Answer, string? Code = null, TimeSpan? After = null);

/// <summary>Gives a notice to a push service (RFC 8030), so that it cannot read it.</summary>
internal sealed class PushSender(PushBook book, GuardedHttp http, TimeProvider clock)
{
    /// <summary>What nobody has got by then says nothing any more.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromHours(4);

    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(15), 64 * 1024, MaxRedirects: 0);

    public async Task<PushOutcome> Send(PushSetting setting, PushSubscription to, string what, PushNotice notice, CancellationToken ct)
    {
        var address = book.Open(to);
        var endpoint = new Uri(address.Endpoint);
        using var key = book.Key(setting);
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new ByteArrayContent(PushCipher.Encrypt(JsonSerializer.SerializeToUtf8Bytes(notice, StrictJson.Options), address.PublicKey, address.Auth)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        request.Headers.TryAddWithoutValidation("Authorization", key.Authorization(endpoint, setting.Subject, clock.GetUtcNow()));
        request.Headers.Add("TTL", ((int)Lasts.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Urgency", what == PushEvents.Waiting ? "normal" : "high");
        // A newer one of the same conversation takes its place while the phone is off. The service must not learn which one it is.
        request.Headers.Add("Topic", Base64Url.EncodeToString(HMACSHA256.HashData(address.Auth, Encoding.UTF8.GetBytes(notice.Tag)).AsSpan(0, 24)));
        try
        {
            using var answer = await http.Client(Limits).SendAsync(request, ct);
            return Of(answer);
        }
        catch (HostRestingException resting)
        {
            return new(PushAnswer.Later, "resting", resting.RetryAfter);
        }
        catch (OutboundRefusedException)
        {
            return new(PushAnswer.Refused, "address");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return new(PushAnswer.Later, "away");
        }
    }

    private PushOutcome Of(HttpResponseMessage answer) => answer.StatusCode switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new(PushAnswer.Sent),
        HttpStatusCode.NotFound or HttpStatusCode.Gone => new(PushAnswer.Gone, Code(answer)),
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new(PushAnswer.Later, Code(answer), Wait(answer.Headers.RetryAfter)),
        _ => new(PushAnswer.Refused, Code(answer)),
    };

    private static string Code(HttpResponseMessage answer) => ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);

    private TimeSpan? Wait(RetryConditionHeaderValue? after) => (after?.Delta ?? after?.Date - clock.GetUtcNow()) is { } wait && wait > TimeSpan.Zero ? (wait < Lasts ? wait : Lasts) : null;

    /// <param name="content">How much may be said.</param>
    /// <param name="who">Null: it is not known, or hidden from them.</param>
    public static PushNotice Notice(string locale, string what, string content, Guid conversation, string? who, string? text)
    {
        var words = Locale.FromTag(locale);
        var name = content == PushContent.Minimal ? null : who;
        var said = content == PushContent.Text && what is (PushEvents.Message or PushEvents.Mention) ? text : null;
        return new(
            name is null ? Messages.Text(words, "push_" + what) : Messages.Text(words, "push_" + what + "_of", name),
            said is null ? Messages.Text(words, "push_open") : ShortText.Shorten(said, 160),
            $"queqiao {conversation}", what == PushEvents.Waiting ? $"/console/inbox/unassigned/{conversation}" : $"/console/inbox/all/{conversation}");
    }
}
