using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Sending;

/// <summary>What a provider answered. Status 0: it could not be reached.</summary>
internal sealed record Answer(int Status, Node Body, TimeSpan? After)
{
    public string Text { get; init; } = "";

    public bool IsOk => Status is >= 200 and < 300;
}

/// <summary>One request to a provider. A network that fails is an answer, too.</summary>
internal static class Call
{
    private const int MostAnswer = 1 << 20;

    public static Task<Answer> Post(ChannelContext context, string url, JsonObject body, CancellationToken ct, params (string Name, string Value)[] headers) =>
        Send(context, HttpMethod.Post, url, JsonBody(body), ct, headers);

    public static Task<Answer> Get(ChannelContext context, string url, CancellationToken ct, params (string Name, string Value)[] headers) =>
        Send(context, HttpMethod.Get, url, null, ct, headers);

    public static StringContent JsonBody(JsonNode body) => new(body.ToJsonString(Writing.Plain), Encoding.UTF8, new MediaTypeHeaderValue("application/json", "utf-8"));

    public static StringContent FormBody(params (string Name, string Value)[] fields) => new(Form.Write(fields), Encoding.UTF8, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    public static async Task<Answer> Send(ChannelContext context, HttpMethod method, string url, HttpContent? content, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, url, content, headers);
        if (request is null)
            return new Answer(400, Node.Missing, null) { Text = "bad address" };
        try
        {
            using var response = await context.Http.Send(request, ct);
            var bytes = await Bounded(response.Content, ct);
            var text = Encoding.UTF8.GetString(bytes);
            return new Answer((int)response.StatusCode, Json.Read(bytes) ?? Node.Missing, RateHints.After(response, context.Clock.GetUtcNow())) { Text = text };
        }
        catch (Exception failure) when (IsNetwork(failure, ct))
        {
            return new Answer(0, Node.Missing, null);
        }
    }

    public static async Task<MediaOutcome> Download(ChannelContext context, string url, ErrorTable errors, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Get, url, null, headers);
        if (request is null)
            return new MediaOutcome.NotFound(errors.Of("bad_address", 400));
        try
        {
            var response = await context.Http.Send(request, ct);
            if (response.IsSuccessStatusCode)
            {
                var about = response.Content.Headers;
                var name = about.ContentDisposition?.FileNameStar ?? about.ContentDisposition?.FileName?.Trim('"');
                return new MediaOutcome.Found(await response.Content.ReadAsStreamAsync(ct), about.ContentType?.MediaType, name, about.ContentLength);
            }
            using (response)
                return new MediaOutcome.NotFound(errors.Of("", (int)response.StatusCode), RateHints.After(response, context.Clock.GetUtcNow()));
        }
        catch (Exception failure) when (IsNetwork(failure, ct))
        {
            return new MediaOutcome.NotFound(errors.Of("", 0));
        }
    }

    public static bool IsNetwork(Exception failure, CancellationToken ct) =>
        failure is HttpRequestException or IOException || (failure is OperationCanceledException && !ct.IsCancellationRequested);

    private static HttpRequestMessage? Request(HttpMethod method, string url, HttpContent? content, (string Name, string Value)[] headers)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            return null;
        var request = new HttpRequestMessage(method, uri) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value.Replace('\r', ' ').Replace('\n', ' '));
        return request;
    }

    private static async Task<byte[]> Bounded(HttpContent content, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; buffer.Length < MostAnswer && (read = await stream.ReadAsync(chunk, ct)) > 0;)
            buffer.Write(chunk, 0, read);
        return buffer.ToArray();
    }
}
