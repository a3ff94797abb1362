using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Queqiao.EndToEnd.Support;

/// <summary>The site's owner, who works by REST as a program of theirs would.</summary>
internal sealed class Owner : IDisposable
{
    public const string Email = "lin@shop.example";
    public const string Password = "four words in a row";

    private readonly HttpClient _http;
    private readonly string _cookie;

    private Owner(HttpClient http, string cookie) => (_http, _cookie) = (http, cookie);

    public static Task<Owner> SetUp(Site site) => SetUp(site.Server);

    public static async Task<Owner> SetUp(ServerProcess server)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        var token = (await server.SetupLink).Fragment["#token=".Length..];
        using var answer = await http.PostAsJsonAsync("/api/v1/setup", new { token, workspaceName = "鹊桥小店", name = "林晓", email = Email, password = Password, locale = "zh-CN" });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return new Owner(http, string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
    }

    /// <summary>On a server that was set up before.</summary>
    public static async Task<Owner> SignIn(Site site)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = site.Address, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Add("Origin", site.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await http.PostAsJsonAsync("/api/v1/session", new { email = Email, password = Password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new Owner(http, string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
    }

    public async Task<Guid> NewChannel() =>
        (await Send(HttpMethod.Post, "/api/v1/channels", new { kind = "web", name = "官网" })).GetProperty("id").GetGuid();

    public Task<JsonElement> Reply(Guid conversation, string clientId, string text) =>
        Send(HttpMethod.Post, $"/api/v1/conversations/{conversation}/messages", new { clientId, text });

    /// <summary>Every entry of a conversation, oldest first.</summary>
    public async Task<List<JsonElement>> Read(Guid conversation)
    {
        var items = new List<JsonElement>();
        for (var more = true; more;)
        {
            var page = await Send(HttpMethod.Get, $"/api/v1/conversations/{conversation}/messages?after={(items.Count == 0 ? 0 : items[^1].GetProperty("seq").GetInt64())}&limit=200");
            items.AddRange(page.GetProperty("items").EnumerateArray());
            more = page.GetProperty("hasMore").GetBoolean();
        }
        return items;
    }

    /// <summary>The ids of all unresolved conversations, page by page.</summary>
    public async Task<List<Guid>> Conversations()
    {
        var ids = new List<Guid>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await Send(HttpMethod.Get, "/api/v1/conversations?view=all&limit=20" + (cursor == "" ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("id").GetGuid()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        return ids;
    }

    /// <summary>Where an upload stands.</summary>
    public async Task<long> Offset(string file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/v1/files/" + file);
        request.Headers.Add("Cookie", _cookie);
        using var answer = await _http.SendAsync(request);
        return long.Parse(answer.EnsureSuccessStatusCode().Headers.GetValues("Upload-Offset").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<JsonElement> Piece(string file, long offset, HttpContent piece)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/files/" + file) { Content = piece };
        piece.Headers.ContentType = new("application/offset+octet-stream");
        request.Headers.Add("Cookie", _cookie);
        request.Headers.Add("Upload-Offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var answer = await _http.SendAsync(request);
        return JsonSerializer.Deserialize<JsonElement>(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    public Task<byte[]> Fetch(string path) => _http.GetByteArrayAsync(path);

    public async Task<JsonElement> Send(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Cookie", _cookie);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {text}", null, answer.StatusCode);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public void Dispose() => _http.Dispose();
}
