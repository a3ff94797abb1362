using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>A signed-in colleague: REST with the cookie, sockets with the cookie.</summary>
internal sealed class AgentClient(Uri address, int ws, Guid id, string name, string role, string token)
{
    private static int _sent;

    public int Ws => ws;

    public Guid Id => id;

    public string Name => name;

    public string Role => role;

    public Uri Address => address;

    public string Cookie { get; } = CookieOf(address, token);

    public ApiClient Api { get; } = new(address) { Cookie = CookieOf(address, token) };

    private static string CookieOf(Uri address, string token) => (address.Scheme == "https" ? "__Host-queqiao=" : "queqiao=") + token;

    /// <summary>The same session at another server.</summary>
    public AgentClient On(Uri other) => new(other, ws, id, name, role, token);

    public static string NewId() => "c" + Interlocked.Increment(ref _sent);

    /// <summary>A socket that was greeted.</summary>
    public async Task<LiveSocket> Socket(object? resume = null)
    {
        var socket = await LiveSocket.Open(address, ("Cookie", Cookie));
        await socket.Send(new { op = "hello", locale = "en", resume });
        await socket.Op("ready");
        return socket;
    }

    public Task<LiveStream> Stream(string query = "") => LiveStream.Open(new Uri(address, "/gateway/events" + query), ("Cookie", Cookie));

    public async Task<JsonElement> Say(string conversation, string text, bool isPrivate = false) =>
        (await Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = NewId(), text, @private = isPrivate })).Expect(HttpStatusCode.Created);

    public async Task<long> Assign(string conversation, Guid? to) =>
        (await Api.Post($"/api/v1/conversations/{conversation}/assign", new { agentId = to })).Expect(HttpStatusCode.OK).Long("seq");

    public async Task<long> Status(string conversation, string status, string? reason = null) =>
        (await Api.Post($"/api/v1/conversations/{conversation}/status", new { status, reason })).Expect(HttpStatusCode.OK).Long("seq");

    public async Task<JsonElement> Row(string conversation) => (await Api.Get("/api/v1/conversations/" + conversation)).Expect(HttpStatusCode.OK);

    /// <summary>The whole log, page by page.</summary>
    public async Task<List<JsonElement>> Log(string conversation)
    {
        var all = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = (await Api.Get($"/api/v1/conversations/{conversation}/messages?after={after}&limit=200")).Expect(HttpStatusCode.OK);
            all.AddRange(page.Items());
            if (!page.GetProperty("hasMore").GetBoolean())
                return all;
            after = all[^1].Long("seq");
        }
    }
}

/// <summary>A visitor of a page: one token, any number of tabs.</summary>
internal sealed class VisitorClient(Uri address, Guid channel, string token)
{
    public string Token => token;

    /// <summary>The same visitor at another server.</summary>
    public VisitorClient On(Uri other) => new(other, channel, token);

    public Uri Address => address;

    public ApiClient Api { get; } = new(address);

    public (string, string) Bearer => ("Authorization", "Bearer " + token);

    public static async Task<VisitorClient> Open(Uri address, Guid channel)
    {
        using var api = new ApiClient(address);
        var session = (await api.Post("/widget/v1/sessions", new { channelId = channel, locale = "en" })).Expect(HttpStatusCode.OK);
        return new VisitorClient(address, channel, session.Text("visitorToken"));
    }

    public async Task<LiveSocket> Socket(object? resume = null)
    {
        var socket = await LiveSocket.Open(address);
        await socket.Send(new { op = "hello", token, locale = "en", resume });
        await socket.Op("ready");
        return socket;
    }

    public Task<LiveStream> Stream(string query = "") => LiveStream.Open(new Uri(address, "/gateway/events" + query), Bearer);

    public async Task<JsonElement> Say(string text, string? clientId = null) =>
        (await Post("/widget/v1/messages", new { clientId = clientId ?? AgentClient.NewId(), text })).Expect(HttpStatusCode.Created);

    public Task<ApiAnswer> Post(string path, object body) => Api.Post(path, body, Bearer);

    public Task<ApiAnswer> Get(string path) => Api.Get(path, Bearer);

    public async Task<List<JsonElement>> Log()
    {
        var all = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = (await Get($"/widget/v1/messages?after={after}&limit=200")).Expect(HttpStatusCode.OK);
            all.AddRange(page.Items());
            if (!page.GetProperty("hasMore").GetBoolean())
                return all;
            after = all[^1].Long("seq");
        }
    }

    public override string ToString() => $"visitor of {channel}";
}

/// <summary>Short words for JSON.</summary>
internal static class Json
{
    public static JsonElement Expect(this ApiAnswer answer, HttpStatusCode status)
    {
        Assert.True(answer.Status == status, $"{(int)status} expected, got {(int)answer.Status}: {(answer.Body.ValueKind == JsonValueKind.Undefined ? "" : answer.Body.GetRawText())}");
        return answer.Body;
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string? Maybe(this JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long Long(this JsonElement json, string name) => json.GetProperty(name).GetInt64();

    public static IEnumerable<JsonElement> Items(this JsonElement json) => json.GetProperty("items").EnumerateArray();

    public static bool IsEvent(this JsonElement frame, string name) => frame.Maybe("event") == name;

    public static bool IsOp(this JsonElement frame, string name) => frame.Maybe("op") == name;
}

/// <summary>How a socket ended: the close code, or 1006 when there was none.</summary>
internal sealed record Ending(int Code, string? Text)
{
    public static Ending Of(WebSocket socket) => new((int?)socket.CloseStatus ?? 1006, socket.CloseStatusDescription);
}
