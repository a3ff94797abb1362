using System.Reflection;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Platform.Access;

/// <summary>The agent a request or socket acts for. Endpoints take it as a parameter; an anonymous request never reaches them.</summary>
internal sealed record Actor(int Ws, Guid WorkspaceId, Guid AgentId, string Name, string Email, string Role, string Locale)
{
    /// <summary>What the role may do.</summary>
    public IReadOnlySet<string> Permissions { get; } = Access.Permissions.Of(Role);

    public bool May(string permission) => Permissions.Contains(permission);

    /// <summary>Minimal APIs call this for parameters of this type.</summary>
    public static ValueTask<Actor?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(context.Features.Get<Actor>());
}

/// <summary>Finds out who a request acts for (cookie or bearer token).</summary>
internal interface IActors
{
    /// <summary>Null when nobody valid is named.</summary>
    ValueTask<Actor?> Of(HttpContext context);

    /// <summary>Told when an agent's sessions ended (signed out, revoked, disabled): open sockets close.</summary>
    event Action<SignedOut>? SignedOut;
}

/// <param name="TokenHash">The one session that ended; null when all of the agent's did.</param>
internal sealed record SignedOut(int Ws, Guid AgentId, byte[]? TokenHash);

/// <summary>What may be done, by name: verb after the thing. Each endpoint names the one it needs.</summary>
internal static class Permissions
{
    public const string ReadConversations = "conversations.read";
    public const string Reply = "conversations.reply";
    public const string Assign = "conversations.assign";
    public const string ReadAgents = "agents.read";
    public const string ManageAgents = "agents.manage";
    public const string ReadChannels = "channels.read";
    public const string ManageChannels = "channels.manage";
    public const string ManageFields = "fields.manage";
    public const string ManageConversations = "conversations.manage";
    public const string CreateTags = "tags.create";
    public const string ManageTags = "tags.manage";
    public const string ShareViews = "views.share";
    public const string BlockContacts = "contacts.block";
    public const string ManageWorkspace = "workspace.manage";
    public const string ReadAudit = "audit.read";
    public const string ManageJobs = "jobs.manage";

    private static readonly HashSet<string> Viewer = [ReadConversations, ReadAgents, ReadChannels];
    private static readonly HashSet<string> Agent = [.. Viewer, Reply, Assign, CreateTags, BlockContacts];
    private static readonly HashSet<string> Supervisor = [.. Agent, ManageTags, ShareViews];
    private static readonly HashSet<string> Admin =
    [
        .. Supervisor,
        ManageAgents,
        ManageChannels,
        ManageFields,
        ManageConversations,
        ManageWorkspace,
        ReadAudit,
        ManageJobs,
    ];

    public static readonly IReadOnlyList<string> Roles = ["owner", "admin", "supervisor", "agent", "viewer"];

    public static IReadOnlySet<string> Of(string role) => role switch
    {
        "owner" or "admin" => Admin,
        "supervisor" => Supervisor,
        "agent" => Agent,
        _ => Viewer,
    };
}

/// <summary>The permission an endpoint needs.</summary>
internal sealed record PermissionNeeded(string Permission);

internal static class AccessEndpoints
{
    /// <summary>The endpoint answers 401 to nobody and 403 to who may not.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, string permission) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PermissionNeeded(permission));

    /// <summary>Any signed-in agent.</summary>
    public static TBuilder NeedsSignIn<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PermissionNeeded(""));

    /// <summary>Open to the world, on purpose; the reason stands in the route list test.</summary>
    public static TBuilder IsPublic<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PublicEndpoint());

    /// <summary>
    /// Refuses every endpoint that does not say who may call it, and every caller who may not. Runs after routing:
    /// a forgotten declaration is a 500 in every test, never an open door.
    /// </summary>
    public static void UseAccess(this WebApplication app) => app.Use((context, next) =>
    {
        var endpoint = context.GetEndpoint();
        // Routing's own answers (405, 415) are endpoints too, but no routes: they give nothing away.
        return endpoint is not RouteEndpoint || endpoint.Metadata.GetMetadata<PublicEndpoint>() is not null
            ? next(context)
            : Guard(context, endpoint, next);
    });

    private static async Task Guard(HttpContext context, Endpoint endpoint, RequestDelegate next)
    {
        var needed = endpoint.Metadata.GetMetadata<PermissionNeeded>()
            ?? throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} does not say who may call it: Needs(…), NeedsSignIn() or IsPublic().");
        var actor = await context.RequestServices.GetRequiredService<IActors>().Of(context);
        var refusal = actor is null ? Refusal.Unauthenticated()
            : needed.Permission.Length > 0 && !actor.May(needed.Permission) ? Refusal.Forbidden()
            : context.RequestServices.GetRequiredService<RateLimits>().OfUser(actor.AgentId.ToString());
        if (refusal is not null)
        {
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }
        context.Features.Set(actor);
        await next(context);
    }
}

internal sealed record PublicEndpoint;
