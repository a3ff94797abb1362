using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.WeChat;

/// <summary>
/// The calls of api.weixin.qq.com and qyapi.weixin.qq.com: a token in the query, errcode and errmsg in the answer.
/// </summary>
internal sealed class WeChatApi(ChannelAdapter adapter, string host, string tokenKey, Func<ChannelContext, CancellationToken, Task<Answer>> askToken)
{
    public string Base(ChannelContext context) => context.Settings.ApiBase(host);

    public string TokenKey(ChannelContext context) => $"{adapter.Descriptor.Kind}:{Base(context)}:{context.Settings[tokenKey]}";

    public async Task<TokenOutcome> Fetch(ChannelContext context, CancellationToken ct)
    {
        var answer = await askToken(context, ct);
        if (answer.IsOk && answer.Body["access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expires_in"].Long is > 0 and <= 86_400 and var life ? life : 7200)));
        var failed = Failure(answer, context);
        // With a wrong secret a fresh token will not help: it is for the administrator.
        return new TokenOutcome.Denied(failed.Failure.Class == ErrorClass.Reauthorise ? failed.Failure with { Class = ErrorClass.Config } : failed.Failure, failed.After);
    }

    public Task<SendOutcome> Post(ChannelContext context, string path, JsonObject body, Func<Node, string?> id, CancellationToken ct) =>
        Tokened.Send(context, TokenKey(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Post(context, With(Base(context) + path, token), body, ct);
            return IsFine(answer) ? new SendOutcome.Sent(id(answer.Body)) : Failure(answer, context);
        }, ct);

    public Task<(Ask? Value, SendOutcome.NotSent? Failed)> Ask(ChannelContext context, HttpMethod method, string path, JsonObject? body, CancellationToken ct) =>
        Tokened.Ask<Ask>(context, TokenKey(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Send(context, method, With(Base(context) + path, token), body is null ? null : Call.JsonBody(body), ct);
            return IsFine(answer) ? (new Ask(answer.Body), null) : (null, Failure(answer, context));
        }, ct);

    public async Task<(string? MediaId, SendOutcome.NotSent? Failed)> Upload(ChannelContext context, string type, OutboundMedia media, CancellationToken ct)
    {
        var (asked, failed) = await Tokened.Ask<Ask>(context, TokenKey(context), (_, stop) => Fetch(context, stop), async token =>
        {
            using var form = new MultipartFormDataContent();
            var file = new StreamContent(await media.Open(ct));
            file.Headers.ContentType = MediaTypeHeaderValue.TryParse(media.Mime, out var mime) ? mime : new MediaTypeHeaderValue("application/octet-stream");
            form.Add(file, "media", media.FileName);
            var answer = await Call.Send(context, HttpMethod.Post, With($"{Base(context)}/cgi-bin/media/upload?type={type}", token), form, ct);
            return IsFine(answer) && answer.Body["media_id"].Filled is not null ? (new Ask(answer.Body), null) : (null, Failure(answer, context));
        }, ct);
        return (asked?.Body["media_id"].Filled, failed);
    }

    /// <summary>A temporary file. WeChat answers errors, and the addresses of videos, as JSON.</summary>
    public async Task<MediaOutcome> Download(ChannelContext context, MediaRef media, CancellationToken ct)
    {
        if (media.Id is null)
            return await Fetched(context, media.Url, ct);
        MediaOutcome? found = null;
        var outcome = await Tokened.Send(context, TokenKey(context), (_, stop) => Fetch(context, stop), async token =>
        {
            found = await Call.Download(context, With($"{Base(context)}/cgi-bin/media/get?media_id={Uri.EscapeDataString(media.Id)}", token), adapter.Descriptor.Errors, ct);
            if (found is not MediaOutcome.Found { Mime: "application/json" or "text/plain" } json)
                return SendOutcome.Done;
            using (json)
            {
                var body = Json.Read(await Small(json.Content, ct)) ?? Node.Missing;
                if (body["video_url"].Filled is { } video)
                {
                    found = await Call.Download(context, video, adapter.Descriptor.Errors, ct);
                    return SendOutcome.Done;
                }
                return Failure(new Answer(200, body, null), context);
            }
        }, ct);
        return outcome is SendOutcome.NotSent bad ? new MediaOutcome.NotFound(bad.Failure, bad.After) : found!;
    }

    public Task<MediaOutcome> Fetched(ChannelContext context, string? url, CancellationToken ct) => adapter.IsOurHost(url, context.Settings)
        ? Call.Download(context, url!, adapter.Descriptor.Errors, ct)
        : Task.FromResult<MediaOutcome>(new MediaOutcome.NotFound(new Failure(ErrorClass.Permanent, "foreign_host", new("媒体地址不属于平台，不予下载", "The address is not the provider's; it is not fetched"))));

    public SendOutcome.NotSent Failure(Answer answer, ChannelContext context) => adapter.Failed(answer, answer.Body["errcode"].Text ?? "", answer.Body["errmsg"].Text, context);

    private static bool IsFine(Answer answer) => answer.IsOk && answer.Body.IsObject && (answer.Body["errcode"].Long ?? 0) == 0;

    private static string With(string url, string token) => string.Create(CultureInfo.InvariantCulture, $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}access_token={Uri.EscapeDataString(token)}");

    private static async Task<byte[]> Small(Stream stream, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return buffer[..length];
    }
}

/// <summary>An answer's body, as something that can be null.</summary>
internal sealed record Ask(Node Body);
