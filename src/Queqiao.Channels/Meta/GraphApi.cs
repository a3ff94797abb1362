using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Meta;

/// <summary>The calls of Meta's Graph API. The token goes into a header: addresses end up in logs.</summary>
/// <param name="adapter">Whose errors they are.</param>
/// <param name="host">Where nothing else is set.</param>
/// <param name="tokens">Of platforms whose tokens are renewed; null: the one of the settings.</param>
internal sealed class GraphApi(ChannelAdapter adapter, string host, IGraphTokens? tokens = null)
{
    public string Url(ChannelContext context, string path) =>
        $"{context.Settings.ApiBase(host)}/{(context.Settings.Has("apiVersion") ? context.Settings["apiVersion"] : "v23.0")}/{path}";

    public static (string Name, string Value) Bearer(ChannelContext context) => ("Authorization", "Bearer " + context.Settings["accessToken"]);

    public Task<SendOutcome> Post(ChannelContext context, string path, JsonObject body, Func<Node, string?> id, CancellationToken ct) => tokens?.IsFor(context) is true
        ? Tokened.Send(context, tokens.Key(context), (before, stop) => tokens.Fetch(context, before, stop), token => Post(context, path, Call.JsonBody(body), id, token, ct), ct)
        : Post(context, path, Call.JsonBody(body), id, ct);

    public Task<SendOutcome> Post(ChannelContext context, string path, HttpContent body, Func<Node, string?> id, CancellationToken ct) => Post(context, path, body, id, context.Settings["accessToken"], ct);

    private async Task<SendOutcome> Post(ChannelContext context, string path, HttpContent body, Func<Node, string?> id, string token, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, Url(context, path), body, ct, ("Authorization", "Bearer " + token));
        return answer.IsOk && answer.Body["error"].IsMissing ? new SendOutcome.Sent(id(answer.Body)) : Failure(answer, context);
    }

    public async Task<(Node Body, SendOutcome.NotSent? Failed)> Get(ChannelContext context, string path, CancellationToken ct)
    {
        if (tokens?.IsFor(context) is not true)
            return await Get(context, path, context.Settings["accessToken"], ct);
        var (found, failed) = await Tokened.Ask<Found>(context, tokens.Key(context), (before, stop) => tokens.Fetch(context, before, stop), async token =>
        {
            var (body, no) = await Get(context, path, token, ct);
            return (no is null ? new Found(body) : null, no);
        }, ct);
        return (found?.Body ?? Node.Missing, failed);
    }

    private sealed record Found(Node Body);

    private async Task<(Node Body, SendOutcome.NotSent? Failed)> Get(ChannelContext context, string path, string token, CancellationToken ct)
    {
        var answer = await Call.Get(context, Url(context, path), ct, ("Authorization", "Bearer " + token));
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

/// <summary>Tokens of a platform of Meta's that have to be renewed.</summary>
internal interface IGraphTokens
{
    /// <summary>Whether the token of these settings is one of them.</summary>
    bool IsFor(ChannelContext context);

    string Key(ChannelContext context);

    Task<TokenOutcome> Fetch(ChannelContext context, AccessToken? before, CancellationToken ct);
}
