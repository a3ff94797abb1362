using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Every route of the program says who may call it, and means it.</summary>
public sealed class RouteListTests
{
    /// <summary>Open to the world, and why. A route that is missing here, or no longer there, fails the test.</summary>
    private static readonly Dictionary<string, string> Open = new()
    {
        ["GET /api/v1/setup"] = "the console asks before anybody can be signed in",
        ["POST /api/v1/setup"] = "asks for the secret of the printed link; works once",
        ["POST /api/v1/session"] = "signing in",
        ["GET /api/v1/session/options"] = "what the sign-in page offers; says nothing about anybody",
        ["POST /api/v1/session/passkey/begin"] = "signing in by a passkey",
        ["POST /api/v1/session/passkey"] = "signing in by a passkey",
        ["POST /api/v1/sso/begin"] = "signing in by a provider",
        ["POST /api/v1/sso/complete"] = "signing in by a provider: checks the flow's cookie and the provider's token",
        ["POST /sso/v1/{provider:guid}/logout"] = "asks for a logout token that the provider signed",
        ["POST /api/v1/invitations/look"] = "asks for the secret of an invitation",
        ["POST /api/v1/invitations/accept"] = "asks for the secret of an invitation; works once",
        ["POST /api/v1/password-resets/look"] = "asks for the secret of a reset link",
        ["POST /api/v1/password-resets/use"] = "asks for the secret of a reset link; works once",
        ["GET /scim/v2/ServiceProviderConfig"] = "asks for a directory's token itself",
        ["GET /scim/v2/ResourceTypes"] = "asks for a directory's token itself",
        ["GET /scim/v2/ResourceTypes/{name}"] = "asks for a directory's token itself",
        ["GET /scim/v2/Schemas"] = "asks for a directory's token itself",
        ["GET /scim/v2/Schemas/{id}"] = "asks for a directory's token itself",
        ["GET /scim/v2/Users"] = "asks for a directory's token itself",
        ["POST /scim/v2/Users"] = "asks for a directory's token itself",
        ["GET /scim/v2/Groups"] = "asks for a directory's token itself",
        ["POST /scim/v2/Groups"] = "asks for a directory's token itself",
        ["GET /scim/v2/Users/{id:guid}"] = "asks for a directory's token itself",
        ["PUT /scim/v2/Users/{id:guid}"] = "asks for a directory's token itself",
        ["PATCH /scim/v2/Users/{id:guid}"] = "asks for a directory's token itself",
        ["DELETE /scim/v2/Users/{id:guid}"] = "asks for a directory's token itself",
        ["GET /scim/v2/Groups/{id:guid}"] = "asks for a directory's token itself",
        ["PUT /scim/v2/Groups/{id:guid}"] = "asks for a directory's token itself",
        ["PATCH /scim/v2/Groups/{id:guid}"] = "asks for a directory's token itself",
        ["DELETE /scim/v2/Groups/{id:guid}"] = "asks for a directory's token itself",
        ["GET /health/live"] = "process supervisors; says nothing but that it lives",
        ["GET /health/ready"] = "load balancers; says nothing but whether it can store",
        ["GET /health/balancer"] = "load balancers; the same word as /health/ready, with a status of its own while the node leaves",
        ["GET /health/scale"] = "autoscalers; for everybody but the machine, listed networks and administrators it is not there",
        ["GET /metrics"] = "404 to everybody but the machine itself, listed networks and administrators",
        ["GET /openapi/{documentName}.json"] = "the reference; the same in every installation",
        ["GET /"] = "leads to the console",
        ["GET /console/brand/{ws:int}/colors.css"] = "a firm's colour, for the sign-in page too",
        ["GET /console/brand/{ws:int}/{kind}"] = "a firm's logo, for the sign-in page too",
        ["GET /console/{**path}"] = "files of the console; it asks itself who is signed in",
        ["GET /hooks/{id:guid}"] = "a provider proves the address of a webhook; verified as that provider signs",
        ["HEAD /hooks/{id:guid}"] = "an administrator's test that the address leads here; says nothing but the id that was asked for",
        ["POST /hooks/{id:guid}"] = "a provider delivers; verified over the raw bytes as that provider signs",
        ["GET /widget.js"] = "the loader, embedded by other sites",
        ["GET /widget/app.js"] = "the widget, embedded by other sites",
        ["GET /widget/{chunk}.js"] = "parts of the widget that are loaded when needed",
        ["GET /gateway"] = "visitors name themselves in their first frame; agents are checked at the upgrade",
        ["GET /gateway/events"] = "visitors have a token of their own; agents are checked inside",
        ["POST /widget/v1/sessions"] = "every visitor begins here",
        ["GET /widget/v1/messages"] = "checks the visitor's token",
        ["POST /widget/v1/messages"] = "checks the visitor's token",
        ["POST /widget/v1/events"] = "checks the visitor's token",
        ["GET /widget/v1/consents"] = "checks the visitor's token",
        ["POST /widget/v1/consents"] = "checks the visitor's token",
        ["POST /widget/v1/context"] = "checks the visitor's token",
        ["GET /widget/v1/transcript"] = "checks the visitor's token",
        ["GET /widget/v1/unread"] = "checks the visitor's token",
        ["POST /widget/v1/files"] = "checks the visitor's token",
        ["PATCH /widget/v1/files/{id:guid}"] = "checks the visitor's token",
        ["HEAD /widget/v1/files/{id:guid}"] = "checks the visitor's token",
        ["GET /widget/v1/files/{id:guid}"] = "checks the visitor's token",
        ["DELETE /widget/v1/files/{id:guid}"] = "checks the visitor's token",
        ["POST /widget/v1/links"] = "checks the visitor's token, and that the site has signed them",
        ["POST /widget/v1/links/use"] = "checks the visitor's token, and that the site has signed them",
        ["POST /widget/v1/push"] = "checks the visitor's token",
        ["POST /widget/v1/push/forget"] = "checks the visitor's token",
        ["POST /widget/v1/files/links"] = "checks the visitor's token",
        ["GET /files/{token}"] = "the address is the key: signed, good for minutes",
        ["GET /chat/{id:guid}"] = "the chat by a link",
        ["GET /help"] = "the public help centre: what is for everybody only",
        ["GET /help/{language}"] = "the public help centre",
        ["GET /help/{language}/categories/{slug}"] = "the public help centre",
        ["GET /help/{language}/articles/{id:guid}/{slug?}"] = "the public help centre",
        ["GET /help/{language}/search"] = "the public help centre",
        ["POST /help/{language}/articles/{id:guid}/feedback"] = "a reader's thumb, from the page itself",
        ["GET /help/{language}/{**rest}"] = "a page of the public help centre that is not there says so",
        ["GET /help/sitemap.xml"] = "for search engines",
        ["GET /help/help.css"] = "the help centre's style sheet",
        ["GET /help/theme.css"] = "the help centre's colour",
        ["GET /help/brand/{kind}"] = "the firm's signs on its help centre",
        ["GET /help/files/{id:guid}"] = "pictures of what everybody may read",
        ["GET /robots.txt"] = "for search engines",
        ["GET /demo"] = "only with --demo: the shop's page",
        ["GET /demo/app"] = "the demo's app of the shop; from this machine only",
        ["GET /demo/app.js"] = "its script",
        ["GET /demo/app/notes"] = "what the played phone of an invented customer shows; from this machine only",
        ["GET /demo/app/user"] = "signs an invented customer of the demo in; from this machine only",
        ["GET /demo/phone"] = "the demo's customers; only from this machine",
        ["GET /demo/phone.js"] = "the script of that page",
        ["GET /demo/phone/messages"] = "the demo's customers; only from this machine",
        ["POST /demo/phone/messages"] = "the demo's customers; only from this machine",
        ["GET /demo/shop.css"] = "only with --demo: its style sheet",
    };

    [Fact]
    public async Task Every_route_is_authorised_or_on_the_written_list()
    {
        await using var host = new ProgramHost(demo: true);
        var open = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var route in host.Routes)
        {
            var needs = route.Metadata.GetMetadata<PermissionNeeded>();
            var isPublic = route.Metadata.GetMetadata<PublicEndpoint>() is not null;
            Assert.True(needs is not null ^ isPublic, $"{NameOf(route)} must say exactly one: Needs(…), NeedsSignIn() or IsPublic().");
            if (isPublic)
                open.Add(NameOf(route));
        }
        Assert.Equal(Open.Keys.Order(StringComparer.Ordinal), open);
        Assert.Contains(host.Routes, route => NameOf(route) == "GET /api/v1/conversations");
    }

    [Fact]
    public async Task Nobody_gets_through_an_authorised_route_without_signing_in()
    {
        await using var host = new ProgramHost();
        using var browser = host.Browser();
        foreach (var route in host.Routes.Where(route => route.Metadata.GetMetadata<PermissionNeeded>() is not null))
        {
            var path = System.Text.RegularExpressions.Regex.Replace(route.RoutePattern.RawText!, @"\{\w+:guid\}", Guid.CreateVersion7().ToString()).Replace("{seq:long}", "1", StringComparison.Ordinal).Replace("{kind}", "reply", StringComparison.Ordinal);
            foreach (var method in MethodsOf(route))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (method is not "GET")
                    request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                using var answer = await browser.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path} answered {(int)answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task The_reference_describes_every_route_of_the_API_with_its_permission()
    {
        await using var host = new ProgramHost();
        using var browser = host.Browser();
        using var document = JsonDocument.Parse(await browser.GetStringAsync("/openapi/v1.json"));
        var paths = document.RootElement.GetProperty("paths");
        var described = 0;
        foreach (var route in host.Routes.Where(IsApi))
        {
            var path = route.RoutePattern.RawText!.Replace(":guid", "", StringComparison.Ordinal).Replace(":long", "", StringComparison.Ordinal).TrimEnd('/');
            foreach (var method in MethodsOf(route))
            {
                Assert.True(paths.TryGetProperty(path, out var item) && item.TryGetProperty(method.ToLowerInvariant(), out _), $"{method} {path} is not in the reference");
                var operation = item.GetProperty(method.ToLowerInvariant());
                var access = route.Metadata.GetMetadata<PermissionNeeded>() switch
                {
                    null => "Public.",
                    { Permission: "" } => "Any signed-in agent.",
                    var needed => $"`{needed.Permission}`",
                };
                Assert.Contains(access, operation.GetProperty("description").GetString(), StringComparison.Ordinal);
                Assert.True(operation.GetProperty("responses").GetProperty("default").GetProperty("content").TryGetProperty("application/problem+json", out _));
                described++;
            }
        }
        Assert.Equal(described, paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count(member => member.Name is "get" or "head" or "post" or "put" or "patch" or "delete")));
        Assert.True(described > 15, "the routes are no longer found");
    }

    private static bool IsApi(RouteEndpoint route) =>
        route.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) || route.RoutePattern.RawText.StartsWith("/widget/v1/", StringComparison.Ordinal);

    private static string NameOf(RouteEndpoint route) => $"{MethodsOf(route)[0]} {(route.RoutePattern.RawText!.TrimEnd('/') is { Length: > 0 } path ? path : "/")}";

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET"];
}
