using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Api;

/// <summary>Every route of the program, from its route table, is asked what cannot be meant: by its owner, so that nothing is refused early. Never a 500, always a problem.</summary>
public sealed partial class RouteFuzzTests
{
    private static readonly string Deep = new('[', 3000);

    private static readonly byte[][] Bodies =
    [
        [], "null"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), "\"text\""u8.ToArray(), "{"u8.ToArray(), "{\"a\":1,\"a\":2}"u8.ToArray(), "{\"name\":\"a\\u0000b\"}"u8.ToArray(),
        "{\"name\":1e999,\"limit\":NaN}"u8.ToArray(), "{\"name\":99999999999999999999999999999999,\"id\":-1}"u8.ToArray(), "{\"name\":\"\\ud800\"}"u8.ToArray(), [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D],
        Encoding.UTF8.GetBytes("{\"name\":" + Deep), Encoding.UTF8.GetBytes("{\"name\":{\"$type\":\"System.IO.FileInfo\"},\"ids\":[null,{}],\"acts\":[[]]}"),
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { name = new string('长', 20_000) })),
    ];

    private static readonly string[] Values = ["", "%00", "-1", "99999999999999999999", "NaN", "%FF%FE", "%ED%A0%80", "'%3B%20DROP%20TABLE%20agent--", new string('x', 3000), "{}", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999%2B00:00"];

    private static readonly string[] Names =
        ["limit", "cursor", "q", "from", "to", "after", "before", "state", "status", "kind", "role", "team", "agent", "type", "sort", "format", "timeZone", "tag", "actor", "action", "object", "view", "channel", "assignee", "of"];

    /// <summary>What ends the session that asks, or the server's own things for good.</summary>
    private static readonly string[] Spared = ["DELETE /api/v1/session", "DELETE /api/v1/sessions", "POST /api/v1/keys/rotation"];

    [Fact]
    public async Task No_route_breaks_on_hostile_bodies_paths_and_queries()
    {
        await using var host = new ProgramHost(variables: new() { ["limits"] = "off", ["admission"] = "off", ["jobs"] = "off" });
        using var owner = host.Browser();
        await SetUp(host, owner);
        var own = JsonDocument.Parse(await owner.GetStringAsync("/api/v1/session")).RootElement.GetProperty("agent").GetProperty("id").GetString()!;
        var wrong = new List<string>();
        var asked = 0;
        foreach (var (method, pattern) in host.Routes.SelectMany(RoutesOf).Where(route => !Spared.Contains($"{route.Method} {route.Pattern}")))
        {
            foreach (var request in Requests(method, pattern, own))
            {
                using var answer = await owner.SendAsync(request);
                asked++;
                if (await Complaint(answer) is { } complaint)
                    wrong.Add($"{method} {request.RequestUri} {Short(request)}: {complaint}");
            }
        }
        Assert.True(asked > 2000, $"Only {asked} requests: the route table is no longer read.");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}:\n" + string.Join('\n', wrong.Take(40)));
    }

    private static async Task SetUp(ProgramHost host, HttpClient owner)
    {
        var token = host.Services.GetRequiredService<SetupToken>().New();
        using var answer = await owner.PostAsync("/api/v1/setup", new StringContent(JsonSerializer.Serialize(new
        {
            token, workspaceName = "鹊桥优选", name = "林晓", email = "owner@example.com", password = ApiHost.Password, locale = "zh-CN",
        }), Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static IEnumerable<(string Method, string Pattern)> RoutesOf(RouteEndpoint route)
    {
        var pattern = "/" + route.RoutePattern.RawText!.Trim('/');
        return pattern.StartsWith("/api/", StringComparison.Ordinal) || pattern.StartsWith("/widget/v1/", StringComparison.Ordinal)
            ? (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (method, pattern)) : [];
    }

    private static IEnumerable<HttpRequestMessage> Requests(string method, string pattern, string own)
    {
        var path = PlaceMark().Replace(pattern, place => place.Value.Contains(":guid", StringComparison.Ordinal) ? own : place.Value.Contains(":long", StringComparison.Ordinal) ? "1" : "reply");
        if (method is "GET" or "HEAD" or "DELETE")
        {
            for (var i = 0; i < Names.Length; i++)
                yield return new HttpRequestMessage(new HttpMethod(method), $"{path}?{Names[i]}={Values[(i + pattern.Length) % Values.Length]}");
            foreach (var value in Values)
                yield return new HttpRequestMessage(new HttpMethod(method), $"{path}?cursor={value}&limit={value}&x={value}");
        }
        else
        {
            foreach (var body in Bodies)
            {
                var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                yield return new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
            }
        }
        if (path != pattern)
            yield return new HttpRequestMessage(new HttpMethod(method), PlaceMark().Replace(pattern, "..%2f'\u202e")) { Content = method is "GET" or "HEAD" ? null : new StringContent("{}", Encoding.UTF8, "application/json") };
    }

    private static async Task<string?> Complaint(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (status < 400)
            return null;
        if (status >= 500 && status != 503)
            return status + " " + await answer.Content.ReadAsStringAsync();
        if (answer.RequestMessage!.Method == HttpMethod.Head)
            return null;
        return answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? null : $"{status} as {answer.Content.Headers.ContentType}";
    }

    private static string Short(HttpRequestMessage request) => request.Content is ByteArrayContent content
        ? content.ReadAsStringAsync().GetAwaiter().GetResult() is { Length: > 60 } text ? text[..60] + "…" : content.ReadAsStringAsync().GetAwaiter().GetResult() : "";

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex PlaceMark();
}
