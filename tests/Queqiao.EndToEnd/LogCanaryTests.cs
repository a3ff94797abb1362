using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Queqiao.EndToEnd.Support;

namespace Queqiao.EndToEnd;

/// <summary>What people say, are called or sign in with never reaches the log, whichever way it comes in and whatever goes wrong then.</summary>
public sealed class LogCanaryTests
{
    private const string Canary = "kanarie-7f3a";
    private const string Chinese = "金丝雀王小明";

    [Theory, OnSqlite, OnPostgres]
    public async Task Canaries_sent_through_every_input_never_show_in_the_log(string engine)
    {
        await using var site = await Site.Start(engine, "--limits", "off", "--log-format", "json");
        using var owner = await Owner.SetUp(site);
        var channel = await owner.NewChannel();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = site.Address };
        await SendEverything(site, owner, http, channel);
        if (engine == Engines.Postgres)
        {
            // Statements that fail inside libraries: their own error lines, with whatever they quote.
            await site.Sql("ALTER TABLE contact RENAME TO contact_away");
            await SendEverything(site, owner, http, channel);
        }
        await Until.True(() => site.Server.LastWords.Contains("/widget/v1/events", StringComparison.Ordinal), "the log has caught up");
        await site.Stop();
        var log = site.Server.LastWords;

        var lines = log.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, line => line.TryGetProperty("route", out var route) && route.GetString() == "/widget/v1/messages" && line.TryGetProperty("traceId", out _));
        Assert.Contains(lines, line => line.TryGetProperty("route", out var route) && route.GetString() == "/api/v1/conversations/{id:guid}/messages");
        if (engine == Engines.Postgres)
            Assert.Contains(lines, line => line.GetProperty("level").GetString() == "error"); // something did fail
        foreach (var canary in (string[])[Canary, Uri.EscapeDataString(Chinese), Chinese, Owner.Password, Owner.Email, "192.0.2.77"])
            Assert.True(!log.Contains(canary, StringComparison.OrdinalIgnoreCase), canary + " stands in the log:\n" + log.Split('\n').FirstOrDefault(line => line.Contains(canary, StringComparison.OrdinalIgnoreCase)));
    }

    private static async Task SendEverything(Site site, Owner owner, HttpClient http, Guid channel)
    {
        await Tolerated(() => SendAsVisitor(http, channel));
        await Tolerated(() => SendBySocket(site.Address, channel, http));
        await Tolerated(() => SendAsAgent(owner));
        foreach (var (method, path, body) in Requests(channel))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            foreach (var header in (string[])["User-Agent", "Referer", "X-Forwarded-For", "Accept-Language", "X-Request-Id", "tracestate", "baggage"])
                request.Headers.TryAddWithoutValidation(header, header is "X-Forwarded-For" ? "192.0.2.77" : $"a={Canary}");
            request.Headers.TryAddWithoutValidation("Cookie", "queqiao_session=" + Canary);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer v1." + Canary);
            request.Headers.TryAddWithoutValidation("Origin", site.Address.GetLeftPart(UriPartial.Authority));
            await Tolerated(async () => (await http.SendAsync(request)).Dispose());
        }
        await Tolerated(() => Raw(site.Address, $"GET /{Canary} HTTP/1.1\r\nHost: {Canary}.example\r\n{Canary}\r\n\r\n"));
        await Tolerated(() => Raw(site.Address, $"{Canary} / HTTP/1.1\r\nHost: x\r\n\r\n"));
        await Tolerated(() => Raw(site.Address, $"POST /widget/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: {Canary}\r\n\r\n{Canary}"));
    }

    private static IEnumerable<(string Method, string Path, string? Body)> Requests(Guid channel)
    {
        var text = Uri.EscapeDataString(Chinese);
        yield return ("GET", $"/api/v1/conversations?q={text}&{Canary}=1", null);
        yield return ("GET", $"/api/v1/{Canary}/{text}", null);
        yield return ("GET", $"/console/{Canary}", null);
        yield return ("GET", $"/{Canary}?token={Canary}", null);
        yield return ("POST", "/api/v1/session", $$"""{"email":"{{Canary}}@example.com","password":"{{Canary}}-password"}""");
        yield return ("POST", "/api/v1/setup", $$"""{"token":"{{Canary}}","workspaceName":"{{Chinese}}","name":"{{Chinese}}","email":"{{Canary}}@e.com","password":"{{Canary}}","locale":"en"}""");
        yield return ("POST", "/widget/v1/sessions", $$"""{"channelId":"{{channel}}","{{Canary}}":"{{Chinese}}"}""");
        yield return ("POST", "/widget/v1/sessions", $$"""{"channelId":"{{Canary}}"}""");
        yield return ("POST", "/widget/v1/messages", $$"""{"clientId":"x","text":"{{Chinese}} {{Canary}}" """);
        yield return ("POST", "/widget/v1/messages", "{\"clientId\":\"" + Canary + "\",\"text\":\"" + Canary + "\\u0000\"}");
        yield return ("POST", "/widget/v1/events", $$"""{"type":"{{Canary}}"}""");
        yield return ("GET", $"/gateway/events?conversation={Canary}", null);
        yield return ("GET", $"/health/ready?{Canary}", null);
        yield return (Canary.ToUpperInvariant().Replace("-", "", StringComparison.Ordinal), "/api/v1/conversations", null);
    }

    private static async Task SendAsVisitor(HttpClient http, Guid channel)
    {
        using var opened = await http.PostAsJsonAsync("/widget/v1/sessions", new { channelId = channel });
        var token = (await opened.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("visitorToken").GetString()!;
        foreach (var (path, body) in ((string, object)[])[("/widget/v1/messages", new { clientId = Canary, text = $"{Chinese} {Canary}" }), ("/widget/v1/events", new { type = "typing", on = true })])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            (await http.SendAsync(request)).Dispose();
        }
    }

    private static async Task SendBySocket(Uri address, Guid channel, HttpClient http)
    {
        using var opened = await http.PostAsJsonAsync("/widget/v1/sessions", new { channelId = channel });
        var token = (await opened.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("visitorToken").GetString()!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        foreach (var frames in (string[][])
        [
            [$$"""{"op":"hello","token":"{{Canary}}"}"""],
            [$$"""{"op":"hello","token":"{{token}}"}""", $$"""{"op":"send","clientId":"{{Canary}}-2","text":"{{Chinese}} {{Canary}}"}""", $$"""{"op":"{{Canary}}","x":"{{Chinese}}"}""", Canary, $$"""{"op":"typing","on":"{{Canary}}"}"""],
        ])
        {
            using var socket = new ClientWebSocket();
            socket.Options.Proxy = null;
            await socket.ConnectAsync(new Uri($"ws://{address.Authority}/gateway"), patience.Token);
            foreach (var frame in frames)
                await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            await socket.ReceiveAsync(new byte[4096], patience.Token);
        }
    }

    private static async Task SendAsAgent(Owner owner)
    {
        await owner.Send(HttpMethod.Patch, $"/api/v1/channels/{await owner.NewChannel()}", new { name = $"{Chinese} {Canary}" });
        foreach (var conversation in await owner.Conversations())
            await owner.Reply(conversation, Canary, $"{Chinese} {Canary}");
    }

    private static async Task Raw(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request));
        client.Client.Shutdown(SocketShutdown.Send);
        await client.GetStream().ReadAtLeastAsync(new byte[1024], 1, throwOnEndOfStream: false);
    }

    /// <summary>Refusals and hang-ups are what most of these are for.</summary>
    private static async Task Tolerated(Func<Task> act)
    {
        try
        {
            await act().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception trouble) when (trouble is HttpRequestException or WebSocketException or IOException or SocketException or KeyNotFoundException or JsonException or InvalidOperationException)
        {
        }
    }
}
