using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Gateway;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Api;

/// <summary>Roles mean something on every route, also on those that are added tomorrow.</summary>
public sealed partial class ViewerTests(SharedSite shared) : IClassFixture<SharedSite>
{
    /// <summary>Writes that are the viewer's own business.</summary>
    private static readonly string[] TheirOwn = ["POST /api/v1/files/links" /* asks, changes nothing */, "DELETE /api/v1/session", "POST /api/v1/views" /* a list of their own */, "POST /api/v1/segments/preview" /* asks, changes nothing */];

    [Fact]
    public async Task A_viewer_may_read_and_is_refused_every_write()
    {
        var site = shared.Site;
        var conversation = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        var viewer = await site.Agent("viewer");
        var seq = (await viewer.Row(conversation)).Long("seq");
        var (read, written) = (0, 0);
        foreach (var route in site.The<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(route => route.Metadata.GetMetadata<PermissionNeeded>() is not null))
        {
            var path = Parameter().Replace(route.RoutePattern.RawText!, one => one.Value.EndsWith(":guid}", StringComparison.Ordinal) ? conversation : one.Value.EndsWith(":long}", StringComparison.Ordinal) ? "1" : "x").TrimEnd('/');
            if (path.EndsWith("/transcript", StringComparison.Ordinal) || path.EndsWith("/canned-replies/export", StringComparison.Ordinal))
                continue; // texts, and no JSON
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(method => !TheirOwn.Contains($"{method} {path}")))
            {
                if (method is not ("GET" or "HEAD") && route.Metadata.GetMetadata<PermissionNeeded>()!.Permission.Length == 0)
                    continue; // anybody who is signed in, about themselves
                if (path.StartsWith("/api/v1/views/", StringComparison.Ordinal) || path.EndsWith("/reveal", StringComparison.Ordinal))
                    continue; // lists of their own; what they may reveal is said by the role's field policy
                var answer = await viewer.Api.Send(new HttpMethod(method), path, method is "GET" or "HEAD" ? null : "{}");
                if (method is "GET" or "HEAD")
                    Assert.True(MayRead(route) ? answer.Status is HttpStatusCode.OK or HttpStatusCode.NotFound : answer.Status is HttpStatusCode.Forbidden, $"{method} {path} answered {(int)answer.Status}");
                else
                    Assert.True(answer.Status == HttpStatusCode.Forbidden && answer.Code == "forbidden", $"{method} {path} answered {(int)answer.Status}");
                _ = method is "GET" or "HEAD" ? read++ : written++;
            }
        }
        Assert.True(read >= 8 && written >= 7, $"{read} reads and {written} writes were tried");
        Assert.Equal(seq, (await viewer.Row(conversation)).Long("seq"));
    }

    [GeneratedRegex("""\{[^}]+\}""")]
    private static partial Regex Parameter();

    /// <summary>Not what is for administrators only, such as keys and background work.</summary>
    private static bool MayRead(RouteEndpoint route) =>
        route.Metadata.GetMetadata<PermissionNeeded>()!.Permission is var needed && (needed.Length == 0 || Permissions.Of("viewer").Contains(needed));
}
