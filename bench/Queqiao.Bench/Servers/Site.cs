using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Queqiao.Bench.Servers;

/// <summary>A running server, spoken to by REST as a program of its users would: everything that is not the load itself.</summary>
internal sealed class Site : IDisposable
{
    private const int AtOnce = 8;

    private readonly HttpClient _http;
    private string _owner = "";
    private string _channel = "";

    public Site(IPEndPoint address)
    {
        Address = address;
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, MaxConnectionsPerServer = AtOnce })
        {
            BaseAddress = new Uri($"http://{address}"),
            Timeout = TimeSpan.FromSeconds(60),
        };
        _http.DefaultRequestHeaders.Add("Origin", $"http://{address}");
    }

    public IPEndPoint Address { get; }

    /// <summary>The web channel that visitors come by.</summary>
    public string Channel => _channel;

    /// <summary>Signs the owner in and makes a web channel.</summary>
    public async Task SetUp(CancellationToken ct)
    {
        _owner = await SignIn(Store.Email, ct);
        _channel = (await Post("/api/v1/channels", new { kind = "web", name = "Bench" }, _owner, ct)).GetProperty("id").GetString()!;
    }

    /// <summary>Makes a channel of signed webhooks; the path at which it takes deliveries.</summary>
    public async Task<string> ApiChannel(string secret, CancellationToken ct) =>
        $"/hooks/{(await Post("/api/v1/channels", new { kind = "api", name = "Bench hooks", settings = new { secret } }, _owner, ct)).GetProperty("id").GetString()}";

    /// <summary>Agents as customers have them: people of their own, each signed in.</summary>
    /// <returns>Their cookies.</returns>
    public async Task<List<string>> Agents(int count, CancellationToken ct)
    {
        var cookies = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var email = $"agent{i}@bench.example";
            await Post("/api/v1/agents", new { name = $"Agent {i}", email, role = "agent", password = Store.Password }, _owner, ct);
            cookies.Add(await SignIn(email, ct));
        }
        return cookies;
    }

    /// <returns>Their tokens. Nothing is stored for them on the server.</returns>
    public async Task<string[]> Visitors(int count, CancellationToken ct)
    {
        var tokens = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (i, stop) =>
            tokens[i] = (await Post("/widget/v1/sessions", new { channelId = _channel }, null, stop)).GetProperty("visitorToken").GetString()!);
        return tokens;
    }

    /// <summary>Everything in a conversation's log, oldest first, read as the owner.</summary>
    public async Task<List<JsonElement>> Read(string conversation, CancellationToken ct)
    {
        var items = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/conversations/{conversation}/messages?after={after}&limit=200");
            var page = await Send(request, _owner, ct);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            if (!page.GetProperty("hasMore").GetBoolean() || items.Count == 0)
                return items;
            after = items[^1].GetProperty("seq").GetInt64();
        }
    }

    /// <summary>What the owner is answered, whatever it is.</summary>
    public async Task<HttpStatusCode> OwnerAsks(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", _owner);
        using var response = await _http.SendAsync(request, ct);
        return response.StatusCode;
    }

    public Task<JsonElement> OwnerGet(string path, CancellationToken ct) => Get(path, _owner, ct);

    /// <param name="cookie">Null: the owner's.</param>
    public async Task<JsonElement> Get(string path, string? cookie, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Send(request, cookie ?? _owner, ct);
    }

    public Task OwnerPost(string path, object body, CancellationToken ct) => Post(path, body, _owner, ct);

    public async Task<JsonElement> OwnerMake(HttpMethod method, string path, object body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        return await Send(request, _owner, ct);
    }

    /// <summary>Several conversations at a time.</summary>
    public static Task ForEach<T>(IEnumerable<T> all, Func<T, CancellationToken, Task> act, CancellationToken ct) =>
        Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (one, stop) => await act(one, stop));

    /// <summary>Uploads as the owner, in pieces as the console does.</summary>
    /// <returns>The file's id.</returns>
    public async Task<string> Upload(string name, byte[] content, int piece, CancellationToken ct)
    {
        var id = (await Post("/api/v1/files", new { name, size = content.Length }, _owner, ct)).GetProperty("id").GetString()!;
        for (var at = 0; at < content.Length; at += piece)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/files/{id}") { Content = new ReadOnlyMemoryContent(content.AsMemory(at, Math.Min(piece, content.Length - at))) };
            request.Content.Headers.ContentType = new("application/offset+octet-stream");
            request.Headers.Add("Upload-Offset", at.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await Send(request, _owner, ct);
        }
        return id;
    }

    /// <summary>Fetches a file by a link; its length.</summary>
    public async Task<long> Download(string id, CancellationToken ct)
    {
        var link = (await Post("/api/v1/files/links", new { ids = new[] { id } }, _owner, ct)).GetProperty("items")[0].GetProperty("url").GetString()!;
        await using var content = await _http.GetStreamAsync(link, ct);
        var buffer = new byte[1 << 20];
        var length = 0L;
        while (await content.ReadAsync(buffer, ct) is > 0 and var count)
            length += count;
        return length;
    }

    private async Task<string> SignIn(string email, CancellationToken ct)
    {
        using var response = await _http.PostAsJsonAsync("/api/v1/session", new { email, password = Store.Password }, ct);
        await Check(response, ct);
        return string.Join("; ", response.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
    }

    private async Task<JsonElement> Post(string path, object body, string? cookie, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await Send(request, cookie, ct);
    }

    private async Task<JsonElement> Send(HttpRequestMessage request, string? cookie, CancellationToken ct)
    {
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        using var response = await _http.SendAsync(request, ct);
        await Check(response, ct);
        return response.Content.Headers.ContentLength is 0 ? default : await response.Content.ReadFromJsonAsync<JsonElement>(ct);
    }

    private static async Task Check(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.PathAndQuery}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(ct)}");
    }

    public void Dispose() => _http.Dispose();
}
