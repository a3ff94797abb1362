using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary>Sends approved requests through their endpoints, in the name of who asked and with what they may do now.</summary>
internal sealed class ApprovedRequests(IServiceScopeFactory scopes, EndpointDataSource endpoints, IStorageEngine storage, IRights rights)
{
    /// <param name="Status">Of the answer.</param>
    /// <param name="Code">Of a refusal.</param>
    public sealed record Outcome(int Status, string? Code)
    {
        public bool Good => Status < 300;
    }

    /// <summary>Carries one out, outside of any request.</summary>
    public async Task<Outcome> Run(ApprovalRow row, CancellationToken ct)
    {
        if (await ActorOf(row, ct) is not { } actor)
            return new Outcome(StatusCodes.Status403Forbidden, "requester_gone");
        if (Find(row) is not { } endpoint)
            return new Outcome(StatusCodes.Status404NotFound, "not_found");
        if (Refuses(actor, endpoint))
            return new Outcome(StatusCodes.Status403Forbidden, "forbidden");
        await using var scope = scopes.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = ct };
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        Prepare(context, row, endpoint, actor);
        try
        {
            await endpoint.RequestDelegate!(context);
        }
        catch (BadHttpRequestException bad)
        {
            return new Outcome(RequestFaults.Of(bad).Status, RequestFaults.Of(bad).Code);
        }
        catch (ApprovalSpentException)
        {
            return new Outcome(StatusCodes.Status409Conflict, "approval_over");
        }
        return new Outcome(context.Response.StatusCode, context.Response.StatusCode < 300 ? null : CodeIn(answer));
    }

    /// <summary>Turns the request that fetches it into the one that was approved. Null: it was answered.</summary>
    public async Task<Refusal?> Fetch(ApprovalRow row, HttpContext context, CancellationToken ct)
    {
        if (await ActorOf(row, ct) is not { } actor || Find(row) is not { } endpoint)
            return Refusal.NotFound();
        if (Refuses(actor, endpoint))
            return Refusal.Forbidden();
        Prepare(context, row, endpoint, actor);
        context.Features.GetRequiredFeature<ApprovedRun>().Spent = true; // by who fetches it, before
        await endpoint.RequestDelegate!(context);
        return null;
    }

    private void Prepare(HttpContext context, ApprovalRow row, RouteEndpoint endpoint, Actor actor)
    {
        var captured = CapturedRequest.Open(storage.Vault, row.Ws, row.Id, row.Request!);
        var request = context.Request;
        (request.Method, request.Scheme, request.Path, request.QueryString) = (row.Method, "https", row.Path, new QueryString(captured.Query));
        if (!request.Host.HasValue)
            request.Host = new HostString("localhost");
        request.RouteValues = new RouteValueDictionary(captured.Values.Select(value => KeyValuePair.Create(value.Key, (object?)value.Value)));
        if (captured.Language is { } language)
            request.Headers.AcceptLanguage = language;
        var body = captured.Body is null ? [] : Encoding.UTF8.GetBytes(captured.Body);
        request.Body = new MemoryStream(body);
        request.ContentLength = body.Length;
        if (body.Length > 0)
            request.ContentType = "application/json";
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody(body.Length > 0));
        context.SetEndpoint(endpoint);
        context.Features.Set(actor);
        context.Features.Set(new ApprovedRun(row.Id));
    }

    private sealed record HasBody(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    /// <summary>As they are now; null: no longer here.</summary>
    private async Task<Actor?> ActorOf(ApprovalRow row, CancellationToken ct)
    {
        await using var db = storage.Read(row.Ws);
        var found = await (
            from agent in db.Table<Agent>().AsNoTracking()
            join workspace in db.Table<Workspace>() on agent.Ws equals workspace.Ws
            where agent.Ws == row.Ws && agent.Id == row.RequestedBy && agent.DisabledAt == null
            select new { Agent = agent, workspace.Id }).SingleOrDefaultAsync(ct);
        if (found is null || await rights.Of(row.Ws, row.RequestedBy, ct) is not { } now)
            return null;
        return new Actor(row.Ws, found.Id, found.Agent.Id, found.Agent.Name, found.Agent.Email, found.Agent.Role, found.Agent.Locale) { Rights = now.Whole };
    }

    private RouteEndpoint? Find(ApprovalRow row) => endpoints.Endpoints.OfType<RouteEndpoint>().FirstOrDefault(endpoint =>
        endpoint.RoutePattern.RawText == row.Route && endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(row.Method) == true);

    private static bool Refuses(Actor actor, RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<PermissionNeeded>() is not { } needed || (needed.Permission.Length > 0 && !actor.May(needed.Permission));

    private static string? CodeIn(MemoryStream answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.ToArray());
            return json.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
