using System.Reflection;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Platform.Access;

/// <summary>The agent a request or socket acts for. Endpoints take it as a parameter; an anonymous request never reaches them.</summary>
internal sealed record Actor(int Ws, Guid WorkspaceId, Guid AgentId, string Name, string Email, string Role, string Locale)
{
    /// <summary>What their roles let them see and do. Unless it is given, <see cref="Role"/> alone counts.</summary>
    public Rights Rights { get; init; } = BuiltInRoles.Find(Role) is { } role ? new Rights([role], TeamReach.Nowhere, separated: false) : Rights.None;

    /// <summary>What the roles let them do; of an API token, what it was given of that.</summary>
    public IReadOnlySet<string> Permissions
    {
        get => field ?? Rights.Permissions;
        init;
    }

    /// <summary>The API token that asks in the agent's name; null when they are signed in themselves.</summary>
    public Guid? TokenId { get; init; }

    /// <summary>What has to be done before anything else (<c>second_factor</c>); null: nothing.</summary>
    public string? LimitedTo { get; init; }

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

    /// <summary>Told when an agent's sessions or tokens ended (signed out, revoked, disabled) or their rights changed: open sockets close.</summary>
    event Action<SignedOut>? SignedOut;
}

/// <param name="TokenHash">The one session or API token that ended; null when all of the agent's did.</param>
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
    public const string EraseContacts = "contacts.erase";
    public const string ManageReplies = "replies.manage";
    public const string ManageWorkspace = "workspace.manage";
    public const string ReadContacts = "contacts.read";
    public const string EditContacts = "contacts.edit";
    public const string MergeContacts = "contacts.merge";
    public const string ExportContacts = "contacts.export";
    public const string ImportContacts = "contacts.import";
    public const string ManageRouting = "routing.manage";
    public const string ManageSecurity = "security.manage";
    public const string ReadAudit = "audit.read";
    public const string ManageJobs = "jobs.manage";

    /// <summary>Find and read all of the knowledge, internal texts too.</summary>
    public const string ReadKnowledge = "knowledge.read";

    /// <summary>Draft articles and FAQs and ask for a review.</summary>
    public const string WriteKnowledge = "knowledge.write";

    /// <summary>Decide what readers see.</summary>
    public const string PublishKnowledge = "knowledge.publish";

    /// <summary>Bases, help centres, imports.</summary>
    public const string ManageKnowledge = "knowledge.manage";

    /// <summary>See what the firm's own system says about people one may see: orders, logistics, refunds.</summary>
    public const string ReadCustomerData = "customer_data.read";
    /// <summary>See colleagues at work: the live board, its figures, wrap-ups of all that one may see.</summary>
    public const string Supervise = "conversations.supervise";
    public const string ManageCustomerData = "customer_data.manage";

    /// <summary>Agree to what colleagues may only do with somebody else's consent.</summary>
    public const string DecideApprovals = "approvals.decide";

    /// <summary>Make roles and give them, of what one has oneself.</summary>
    public const string ManageRoles = "roles.manage";

    /// <summary>While duties are kept apart: give roles that one does not have oneself, but to others.</summary>
    public const string GrantAny = "roles.grant_any";

    /// <summary>The owner's alone.</summary>
    public const string Own = "workspace.own";

    private static readonly HashSet<string> Viewer = [ReadConversations, ReadAgents, ReadChannels, ReadContacts, ReadKnowledge];
    private static readonly HashSet<string> Agent = [.. Viewer, Reply, Assign, CreateTags, EditContacts, MergeContacts, BlockContacts, ReadCustomerData, WriteKnowledge];
    private static readonly HashSet<string> Supervisor = [.. Agent, ManageTags, ShareViews, ManageReplies, Supervise, PublishKnowledge];
    private static readonly HashSet<string> Admin =
    [
        .. Supervisor,
        ManageAgents,
        ManageChannels,
        ManageFields,
        ExportContacts,
        ImportContacts,
        ManageConversations,
        EraseContacts,
        ManageWorkspace,
        ManageRouting,
        ManageSecurity,
        ReadAudit,
        ManageJobs,
        ManageCustomerData,
        ManageRoles,
        DecideApprovals,
        ManageKnowledge,
    ];

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

    /// <summary>Only for somebody who is signed in themselves: API tokens are refused.</summary>
    public static TBuilder NeedsPerson<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PersonNeeded());

    /// <summary>
    /// Only for somebody who proved within the last minutes that it is them (signed in, or gave the password again): exports, keys, other
    /// people's access. Otherwise 403 <c>proof_required</c>; the console then asks for the password and tries again.
    /// </summary>
    public static TBuilder RequiresRecentProof<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PersonNeeded(), new RecentProofNeeded());

    /// <summary>Also open to somebody who still has to set up their second factor.</summary>
    public static TBuilder IsOpenWhileLimited<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new OpenWhileLimited());

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
        var actor = await context.RequestServices.GetRequiredService<IActors>().Of(context);
        if (await Refuse(context, endpoint, actor) is { } refusal)
        {
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }
        context.Features.Set(actor);
        await next(context);
    }

    private static async ValueTask<Refusal?> Refuse(HttpContext context, Endpoint endpoint, Actor? actor)
    {
        var needed = endpoint.Metadata.GetMetadata<PermissionNeeded>()
            ?? throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} does not say who may call it: Needs(…), NeedsSignIn() or IsPublic().");
        var limits = context.RequestServices.GetRequiredService<RateLimits>();
        if (actor is null)
            return context.Features.Get<AddressRefused>() is not null ? Refusal.Forbidden("address_refused") : limits.OfRefusedCaller(context) ?? Refusal.Unauthenticated();
        var caller = (actor.TokenId ?? actor.AgentId).ToString();
        var tooMany = limits.OfUser(caller, actor.Ws, endpoint.Metadata.GetMetadata<RequestCost>()?.Tokens ?? 1);
        limits.Tell(context.Response, caller);
        if (tooMany is not null)
            return tooMany;
        if (actor.LimitedTo is not null && endpoint.Metadata.GetMetadata<OpenWhileLimited>() is null)
            return Refusal.Forbidden("second_factor_required");
        if (needed.Permission.Length > 0 && !actor.May(needed.Permission))
            return Refusal.Forbidden(actor.TokenId is null && actor.Rights.Suspended.Contains(needed.Permission) ? "outside_conditions" : "forbidden");
        if (actor.TokenId is not null && endpoint.Metadata.GetMetadata<PersonNeeded>() is not null)
            return Refusal.Forbidden("person_required");
        if (endpoint.Metadata.GetMetadata<RecentProofNeeded>() is not null && !await context.ProvenRecently())
            return Refusal.Forbidden("proof_required");
        // The roles may ask for a fresher proof than the endpoint, or where it asks for none.
        if (actor.Rights.ProofFor(needed.Permission) is { } within && !await context.ProvenRecently(within))
            return Refusal.Forbidden(actor.TokenId is null ? "proof_required" : "person_required");
        var (deed, marked) = (endpoint.Metadata.GetMetadata<SecondPersonNeeded>(), actor.Rights.NeedsSecondPerson(needed.Permission));
        return (deed is not null || marked) && context.RequestServices.GetService<ISecondPerson>() is { } second
            ? await second.Ask(context, actor, deed, marked ? needed.Permission : null)
            : null;
    }

    /// <summary>For handlers where only some wishes need a recent proof (another role, say).</summary>
    public static async ValueTask<bool> ProvenRecently(this HttpContext context, TimeSpan? within = null) =>
        context.Features.Get<ApprovedRun>() is not null // proven when it was asked for
        || context.Features.Get<SignedInBy>() is { IsToken: false } session
        && await context.RequestServices.GetRequiredService<ISessions>().ProvenRecently(session, context.RequestAborted, within);
}

internal sealed record PersonNeeded;

internal sealed record RecentProofNeeded;

internal sealed record OpenWhileLimited;

internal sealed record PublicEndpoint;
