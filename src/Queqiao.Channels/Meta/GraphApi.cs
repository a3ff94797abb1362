using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.Meta;

/// <summary>The calls of Meta's Graph API. The token goes into a header: addresses end up in logs.</summary>
internal sealed class GraphApi(ChannelAdapter adapter, string host)
{
    public string Url(ChannelContext context, string path) =>
        $"{context.Settings.ApiBase(host)}/{(context.Settings.Has("apiVersion") ? context.Settings["apiVersion"] : "v23.0")}/{path}";

    public static (string Name, string Value) Bearer(ChannelContext context) => ("Authorization", "Bearer " + context.Settings["accessToken"]);

    public Task<SendOutcome> Post(ChannelContext context, string path, JsonObject body, Func<Node, string?> id, CancellationToken ct) => Post(context, path, Call.JsonBody(body), id, ct);

    public async Task<SendOutcome> Post(ChannelContext context, string path, HttpContent body, Func<Node, string?> id, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, Url(context, path), body, ct, Bearer(context));
        return answer.IsOk && answer.Body["error"].IsMissing ? new SendOutcome.Sent(id(answer.Body)) : Failure(answer, context);
    }

    public async Task<(Node Body, SendOutcome.NotSent? Failed)> Get(ChannelContext context, string path, CancellationToken ct)
    {
        var answer = await Call.Get(context, Url(context, path), ct, Bearer(context));
        return answer.IsOk && answer.Body["error"].IsMissing ? (answer.Body, null) : (Node.Missing, Failure(answer, context));
    }

    public SendOutcome.NotSent Failure(Answer answer, ChannelContext context)
    {
        var error = answer.Body["error"];
        var code = error["code"].Text ?? "";
        var sub = $"{code}/{error["error_subcode"].Text}";
        return adapter.Failed(answer, adapter.Descriptor.Errors.Find(sub) is null ? code : sub, error["error_data"]["details"].Filled ?? error["message"].Text, context);
    }

    public static StreamContent File(Stream stream, OutboundMedia media)
    {
        var file = new StreamContent(stream);
        file.Headers.ContentType = MediaTypeHeaderValue.TryParse(media.Mime, out var mime) ? mime : new MediaTypeHeaderValue("application/octet-stream");
        return file;
    }
}
