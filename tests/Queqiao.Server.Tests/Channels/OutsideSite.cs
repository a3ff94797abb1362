using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A channel of the kind <c>api</c> on a site, and its provider: it signs what it delivers.</summary>
internal sealed class OutsideSite(Site site, Guid channel, HttpClient http) : IDisposable
{
    public const string Secret = "s3cret-of-the-channel";

    public Site Site => site;

    public Guid Channel => channel;

    public string Path => $"/hooks/{channel}";

    public static async Task<OutsideSite> Open(Site site, string? apiBaseUrl = null)
    {
        var settings = new Dictionary<string, string> { ["secret"] = Secret };
        if (apiBaseUrl is not null)
            settings["apiBaseUrl"] = apiBaseUrl;
        var made = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "api", name = "Own app", settings })).Expect(HttpStatusCode.Created);
        return new OutsideSite(site, Guid.Parse(made.Text("id")), Client());
    }

    /// <summary>The same channel as another node serves it.</summary>
    public OutsideSite On(Site node) => new(node, channel, Client());

    public static JsonObject Message(string id, string text, string from = "u1", long? at = null) => new()
    {
        ["type"] = "message", ["id"] = id, ["text"] = text, ["from"] = new JsonObject { ["id"] = from, ["name"] = "王芳" }, ["at"] = at,
    };

    public Task<HttpResponseMessage> Deliver(params JsonObject[] events) => Deliver(Encoding.UTF8.GetBytes(new JsonObject { ["events"] = new JsonArray([.. events]) }.ToJsonString()));

    public Task<HttpResponseMessage> Deliver(byte[] body, string? signature = null, long? at = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(site.Address, Path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("X-Signature", signature ?? Sign(body, at ?? site.Time.GetUtcNow().ToUnixTimeSeconds()));
        return http.SendAsync(request);
    }

    public static string Sign(byte[] body, long at)
    {
        var time = at.ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), (byte[])[.. Encoding.UTF8.GetBytes(time + "."), .. body]))}";
    }

    public Task<int> Digest() => site.Services.GetRequiredService<HookInbox>().RunDue(CancellationToken.None);

    /// <summary>What was said in the conversations of the channel, oldest first.</summary>
    public async Task<List<JsonElement>> Messages()
    {
        var all = new List<JsonElement>();
        var rows = (await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(HttpStatusCode.OK).Items();
        foreach (var row in rows.Where(row => row.GetProperty("channel").Text("id") == channel.ToString()))
            all.AddRange((await site.Owner.Api.Get($"/api/v1/conversations/{row.Text("id")}/messages?limit=100")).Expect(HttpStatusCode.OK).Items().Where(item => item.Text("kind") == "message"));
        return all;
    }

    public async Task<List<string>> Texts() => (await Messages()).ConvertAll(one => one.Text("text"));

    public async Task Execute(string sql)
    {
        await using var connection = await site.Raw();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Count(string table)
    {
        await using var connection = await site.Raw();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

#pragma warning disable RS0030 // a provider of the tests' own
    private static HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false });
#pragma warning restore RS0030

    public void Dispose() => http.Dispose();
}
