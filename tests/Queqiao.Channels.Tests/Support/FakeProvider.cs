using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Channels.Tests.Support;

public sealed record FakeRequest(string Method, Uri Url, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Path => Url.AbsolutePath;

    public JsonNode? Json => Body.Length > 0 && Body[0] is '{' or '[' ? JsonNode.Parse(Body) : null;
}

public sealed record FakeReply(int Status, string Body, string ContentType = "application/json")
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static FakeReply Json(string body) => new(200, body);
}

/// <summary>A provider made of answers; remembers what it was asked.</summary>
public sealed class FakeProvider(Func<FakeRequest, FakeReply?> answer) : HttpMessageHandler, IChannelHttp
{
    private readonly Lock gate = new();
    private readonly List<FakeRequest> requests = [];

    public IReadOnlyList<FakeRequest> Requests
    {
        get
        {
            lock (gate)
                return [.. requests];
        }
    }

    public bool IsDown { get; set; }

    Task<HttpResponseMessage> IChannelHttp.Send(HttpRequestMessage request, CancellationToken ct) => SendAsync(request, ct);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var body = request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(ct));
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        var asked = new FakeRequest(request.Method.Method, request.RequestUri!, body, headers);
        lock (gate)
            requests.Add(asked);
        if (IsDown)
            throw new HttpRequestException("Nobody answers.");
        await Task.Yield(); // so that what is sent in parallel overlaps
        var reply = answer(asked) ?? new FakeReply(404, "{}");
        var response = new HttpResponseMessage((HttpStatusCode)reply.Status) { Content = new StringContent(reply.Body, Encoding.UTF8, reply.ContentType) };
        foreach (var (name, value) in reply.Headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }
}

/// <summary>A clock that stands.</summary>
public sealed class StillClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
