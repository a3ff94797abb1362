using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Approving;
using Queqiao.Server.Identity.Auditing;
using Queqiao.Server.Identity.Branding;
using Queqiao.Server.Identity.Devices;
using Queqiao.Server.Identity.Factors;
using Queqiao.Server.Identity.Invitations;
using Queqiao.Server.Identity.Passkeys;
using Queqiao.Server.Identity.Passwords;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Profile;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Scim;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.SingleSignOn;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Identity.Workspaces;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity;

/// <summary>Workspaces, the people who work in them, how they sign in, and the record of what they did.</summary>
internal static class IdentityModule
{
    /// <summary>Needs the storage, <see cref="Platform.Web.PublicUrl"/> and the platform's security.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services, IdentityOptions? options = null)
    {
        services.AddSingleton(options ?? new IdentityOptions());
        services.AddDevices();
        services.AddSingleton<SignIn>();
        services.AddSingleton<SessionEnds>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<AgentSessions>();
        services.AddSingleton<SecondFactors>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<RevocationWatch>();
        services.AddHostedService(all => all.GetRequiredService<RevocationWatch>());
        services.AddSingleton<IActors>(all => all.GetRequiredService<AgentSessions>());
        services.AddSingleton<ISessions>(all => all.GetRequiredService<AgentSessions>());
        services.AddSingleton<AgentDirectory>();
        services.AddSingleton<IWorkDay, WorkDay>();
        services.AddSingleton<IAgentCalls, AgentCalls>();
        services.AddSingleton<BrandBook>();
        services.AddSingleton<IBranding>(all => all.GetRequiredService<BrandBook>());
        services.AddSingleton<BrandDress>();
        services.AddSingleton<IConsoleDress>(all => all.GetRequiredService<BrandDress>());
        services.AddSingleton<IAgents>(all => all.GetRequiredService<AgentDirectory>());
        services.AddSingleton<AgentChanges>();
        services.AddSingleton<TeamDirectory>();
        services.AddSingleton<RightsBoard>();
        services.AddSingleton<IRights>(all => all.GetRequiredService<RightsBoard>());
        services.AddSingleton<AccessWatch>();
        services.AddHostedService(all => all.GetRequiredService<AccessWatch>());
        services.AddSingleton<ITeams>(all => all.GetRequiredService<TeamDirectory>());
        services.AddSingleton<SignInPolicies>();
        services.AddSingleton<ScimAddress>();
        services.AddSingleton<ScimPeople>();
        services.AddSingleton<ScimUserEndpoints>();
        services.AddSingleton<ScimGroupEndpoints>();
        services.AddSingleton<PasskeyCeremonies>();
        services.AddSingleton<PasskeySignIn>();
        services.AddSingleton<ProviderDocuments>();
        services.AddSingleton<CodeExchange>();
        services.AddSingleton<FlowCookies>();
        services.AddSingleton<SignOnStart>();
        services.AddSingleton<SignOnAccounts>();
        services.AddSingleton<SignOnSessions>();
        services.AddSingleton<CompleteSignOn>();
        services.AddSingleton<SignOutThere>();
        services.AddSingleton<SetupToken>();
        services.AddHostedService<SetupLink>();
        services.TryAddSingleton<IAgentPresence, NobodyPresent>();
        services.TryAddSingleton<IServerMail, NoServerMail>();
        services.AddSingleton<AuditSealer>();
        services.TryAddSingleton(all => new AuditFiles(Anchors.Default(all.GetRequiredService<StorageOptions>())));
        services.AddSingleton<SecondPerson>();
        services.AddSingleton<ISecondPerson>(all => all.GetRequiredService<SecondPerson>());
        services.AddSingleton<ApprovedRequests>();
        services.AddJob<RunApproved>();
        services.AddJob<ExpireApprovals>();
        services.AddJob<VerifyAudit>();
        services.AddJob<ExpireAudit>();
        services.AddGauge("queqiao.sessions", "{session}", "Sessions of agents that stand.", SessionCount.Look);
        return services;
    }

    /// <summary>Links audit rows into their chains, verifies them daily and lets them expire; in a serving process.</summary>
    public static void AddAuditSealing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(all => new AuditFiles(Anchors.FileOf(builder.Configuration, all.GetRequiredService<StorageOptions>())));
        builder.Services.AddSingleton<AuditSealing>();
        builder.Services.AddHostedService(all => all.GetRequiredService<AuditSealing>());
        builder.Services.AddRecurringJob("approvals.expire", ExpireApprovals.Name, "every 1h");
        builder.Services.AddRecurringJob("audit.verify", VerifyAudit.Name, "10 2 * * *");
        builder.Services.AddRecurringJob("audit.expire", ExpireAudit.Name, "40 2 * * *");
    }

    public static void MapIdentity(this IEndpointRouteBuilder app)
    {
        app.MapDevices();
        app.MapBranding();
        var setup = app.MapGroup("/api/v1/setup").WithTags("Set-up");
        setup.MapGet("", SetUp.Show).IsPublic().TakesQuery().WithSummary("Whether the server still has to be set up").Produces<SetUp.State>();
        setup.MapPost("", SetUp.Handle).IsPublic().TakesQuery().WithSummary("Make the workspace and its owner, with the secret of the printed link").Produces<SessionView>(StatusCodes.Status201Created);

        var session = app.MapGroup("/api/v1/session").WithTags("Session");
        session.MapPost("", SignIn.Handle).IsPublic().TakesQuery().WithSummary("Sign in; the cookie is the session").Produces<SessionView>();
        session.MapGet("", ShowSession.Handle).NeedsSignIn().IsOpenWhileLimited().TakesQuery().WithSummary("Who is signed in, and what they may do").Produces<SessionView>();
        session.MapDelete("", SignOut.Handle).NeedsSignIn().NeedsPerson().IsOpenWhileLimited().TakesQuery().WithSummary("Sign out; with where to sign out at the provider, when that is wanted").Produces<SignOut.Elsewhere>().Produces(StatusCodes.Status204NoContent);

        session.MapGet("/options", SignInOptions.Handle).IsPublic().TakesQuery("workspace").WithSummary("What the sign-in page offers").Produces<SignInWays>();
        session.MapGet("/proof", ShowProofWays.Handle).NeedsSignIn().NeedsPerson().IsOpenWhileLimited().TakesQuery().WithSummary("How I can prove that it is me").Produces<ProofWays>();
        session.MapPost("/proof/sso", BeginProof.Handle).NeedsSignIn().NeedsPerson().IsOpenWhileLimited().TakesQuery().WithSummary("To prove by a provider that it is still me").Produces<SignOnBegun>();
        session.MapPost("/proof/passkey/begin", ProveByPasskey.Begin).NeedsSignIn().NeedsPerson().IsOpenWhileLimited().TakesQuery().WithSummary("To prove by a passkey that it is still me").Produces<CeremonyBegun>();
        session.MapPost("/proof/passkey", ProveByPasskey.Handle).NeedsSignIn().NeedsPerson().IsOpenWhileLimited().TakesQuery().WithSummary("The passkey's answer").Produces(StatusCodes.Status204NoContent);
        session.MapPost("/passkey/begin", PasskeySignIn.Begin).IsPublic().TakesQuery().WithSummary("To sign in by a passkey, or to give one after the password").Produces<CeremonyBegun>();
        session.MapPost("/passkey", PasskeySignIn.Handle).IsPublic().TakesQuery().WithSummary("The passkey's answer; signs in").Produces<SessionView>();
        session.MapPost("/proof", GiveProof.Handle).NeedsSignIn().NeedsPerson().IsOpenWhileLimited().TakesQuery().WithSummary("Prove again that it is you, for what needs a recent proof").Produces(StatusCodes.Status204NoContent);

        var agents = app.MapGroup("/api/v1/agents").WithTags("Agents");
        agents.MapGet("", ListAgents.Handle).Needs(Permissions.ReadAgents).TakesQuery("q", "role", "team", "state", "limit", "cursor")
            .WithSummary("Who works in the workspace, in the order they came").Produces<AgentList>();
        agents.MapGet("/{id:guid}", ShowAgent.Handle).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("One colleague").Produces<AgentRow>();
        agents.MapPost("", CreateAgent.Handle).Needs(Permissions.ManageAgents).NeedsSecondPerson(Acts.ChangeRoles).TakesQuery().WithSummary("Add a colleague with a password; inviting is better").Produces<AgentRow>(StatusCodes.Status201Created);
        agents.MapPatch("/{id:guid}", ChangeAgent.Handle).Needs(Permissions.ManageAgents).NeedsSecondPerson(Acts.ChangeRoles, "role", "roles").TakesQuery().WithSummary("Change a colleague's name, role, teams or capacity; disable or enable them").Produces<AgentRow>();
        agents.MapPost("/{id:guid}/password-reset", BeginReset.Handle).Needs(Permissions.ManageAgents).RequiresRecentProof().TakesQuery()
            .WithSummary("A link by which a colleague sets another password").Produces<LinkMade>();
        agents.MapDelete("/{id:guid}/second-factor", ResetFactor.Handle).Needs(Permissions.ManageAgents).RequiresRecentProof().NeedsSecondPerson(Acts.ResetAccess).TakesQuery()
            .WithSummary("Take away the second factor of a colleague who lost it").Produces(StatusCodes.Status204NoContent);

        var teams = app.MapGroup("/api/v1/teams").WithTags("Teams");
        teams.MapGet("", ListTeams.Handle).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("The tree of teams with their members; it comes whole").Produces<TeamList>();
        teams.MapPost("", CreateTeam.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Add a team").Produces<TeamRow>(StatusCodes.Status201Created);
        teams.MapPatch("/{id:guid}", ChangeTeam.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Rename or move a team, or say who is in it").Produces<TeamRow>();
        teams.MapDelete("/{id:guid}", GiveUpTeam.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Give a team up").Produces(StatusCodes.Status204NoContent);

        MapRoles(app);
        MapApprovals(app);
        MapPublicLinks(app);
        MapOwn(app);
        MapSignOn(app);
        MapScim(app);
        MapAdministration(app);
    }

    private static void MapApprovals(IEndpointRouteBuilder app)
    {
        var approvals = app.MapGroup("/api/v1/approvals").WithTags("Approvals");
        approvals.MapGet("", ShowApprovals.All).NeedsSignIn().TakesQuery("state", "limit", "cursor").WithSummary("What waits for a second person; of everybody for those who decide, else one's own").Produces<ApprovalList>();
        approvals.MapGet("/counts", ShowApprovals.Counts).NeedsSignIn().TakesQuery().WithSummary("How many wait for me").Produces<ApprovalCounts>();
        approvals.MapGet("/{id:guid}", ShowApprovals.One).NeedsSignIn().TakesQuery().WithSummary("One request").Produces<ApprovalView>();
        approvals.MapPost("/{id:guid}/decision", DecideApproval.Handle).Needs(Permissions.DecideApprovals).RequiresRecentProof().TakesQuery().WithSummary("Approve or refuse; what is approved the server carries out").Produces(StatusCodes.Status204NoContent);
        approvals.MapPost("/{id:guid}/withdrawal", DecideApproval.Withdraw).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Take back one's own request").Produces(StatusCodes.Status204NoContent);
        approvals.MapPost("/{id:guid}/fetching", DecideApproval.Fetch).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("The export that was approved, once").Produces(StatusCodes.Status200OK);
        approvals.MapGet("/rules", ApprovalRules.Show).Needs(Permissions.ManageWorkspace).TakesQuery().WithSummary("Which deeds need a second person").Produces<ApprovalRuleList>();
        approvals.MapPut("/rules", ApprovalRules.Change).Needs(Permissions.ManageWorkspace).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRules).TakesQuery().WithSummary("Say which deeds need a second person").Produces<ApprovalRuleList>();
        app.MapPost("/api/v1/keys/rotation", RotateKeys.Handle).WithTags("Workspace").Needs(Permissions.ManageWorkspace).RequiresRecentProof().NeedsSecondPerson(Acts.RotateKeys).TakesQuery()
            .WithSummary("New keys for what is sealed from now on").Produces<RotateKeys.Rotated>();
    }

    private static void MapRoles(IEndpointRouteBuilder app)
    {
        var roles = app.MapGroup("/api/v1/roles").WithTags("Roles");
        roles.MapGet("", ShowRoles.All).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("All roles, the built-in ones first").Produces<RoleList>();
        roles.MapGet("/{id}", ShowRoles.One).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("One role").Produces<RoleView>();
        roles.MapGet("/{id}/agents", ShowRoles.Holders).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("Who has a role").Produces<RoleAgents>();
        roles.MapPost("", CreateRole.Handle).Needs(Permissions.ManageRoles).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRoles).TakesQuery().WithSummary("Make a role, or copy one").Produces<RoleView>(StatusCodes.Status201Created);
        roles.MapPatch("/{id}", ChangeRole.Handle).Needs(Permissions.ManageRoles).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRoles).TakesQuery().WithSummary("Change a role; who has it has it at once").Produces<RoleView>();
        roles.MapDelete("/{id}", RemoveRole.Handle).Needs(Permissions.ManageRoles).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRoles).TakesQuery().WithSummary("Remove a role that nobody has").Produces(StatusCodes.Status204NoContent);
        app.MapGet("/api/v1/permissions", ShowRoles.Permissions).WithTags("Roles").Needs(Permissions.ReadAgents).TakesQuery().WithSummary("Every permission that there is").Produces<PermissionList>();
        app.MapPut("/api/v1/agents/{id:guid}/roles", SetRoles.Handle).WithTags("Roles").Needs(Permissions.ManageRoles).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRoles).TakesQuery()
            .WithSummary("Give a colleague these roles and no others").Produces(StatusCodes.Status204NoContent);
        var access = app.MapGroup("/api/v1/access").WithTags("Roles");
        access.MapGet("", KeepDutiesApart.Show).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("Whether duties are kept apart, and who has them").Produces<AccessView>();
        access.MapPatch("", KeepDutiesApart.Handle).Needs(Permissions.ManageRoles).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRoles).TakesQuery().WithSummary("Keep system, security and audit administration apart, or not").Produces<AccessView>();
    }

    /// <summary>For whoever holds a link and is not signed in.</summary>
    private static void MapPublicLinks(IEndpointRouteBuilder app)
    {
        var invitations = app.MapGroup("/api/v1/invitations").WithTags("Invitations");
        invitations.MapPost("/look", LookAtInvitation.Handle).IsPublic().TakesQuery().WithSummary("What a link invites to").Produces<LookAtInvitation.Seen>();
        invitations.MapPost("/accept", AcceptInvitation.Handle).IsPublic().TakesQuery().WithSummary("Take an invitation: makes the account and signs it in").Produces<SessionView>(StatusCodes.Status201Created);
        var resets = app.MapGroup("/api/v1/password-resets").WithTags("Password resets");
        resets.MapPost("/look", LookAtReset.Handle).IsPublic().TakesQuery().WithSummary("Whose password a link sets").Produces<LookAtReset.Seen>();
        resets.MapPost("/use", UseReset.Handle).IsPublic().TakesQuery().WithSummary("Set another password by a link, once").Produces(StatusCodes.Status204NoContent);
    }

    /// <summary>What everybody may do with their own account.</summary>
    private static void MapOwn(IEndpointRouteBuilder app)
    {
        var me = app.MapGroup("/api/v1/me").WithTags("Profile");
        me.MapGet("", ShowProfile.Handle).NeedsSignIn().IsOpenWhileLimited().TakesQuery().WithSummary("My profile and when to call me").Produces<ProfileView>();
        me.MapPatch("", ChangeProfile.Handle).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Change my profile").Produces<ProfileView>();
        me.MapPost("/password", ChangePassword.Handle).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Change my password; my other sessions end").Produces(StatusCodes.Status204NoContent);
        me.MapGet("/second-factor", ShowFactor.Handle).NeedsSignIn().IsOpenWhileLimited().TakesQuery().WithSummary("Whether I have a second factor").Produces<FactorState>();
        me.MapPost("/second-factor", BeginFactor.Handle).NeedsSignIn().RequiresRecentProof().IsOpenWhileLimited().TakesQuery().WithSummary("A new secret for my authenticator app").Produces<FactorBegun>();
        me.MapPost("/second-factor/confirm", ConfirmFactor.Handle).NeedsSignIn().RequiresRecentProof().IsOpenWhileLimited().TakesQuery()
            .WithSummary("Turn the second factor on with a first code").Produces<RecoveryCodeList>();
        me.MapDelete("/second-factor", RemoveFactor.Handle).NeedsSignIn().RequiresRecentProof().TakesQuery().WithSummary("Remove my second factor").Produces(StatusCodes.Status204NoContent);
        me.MapPost("/recovery-codes", RenewRecoveryCodes.Handle).NeedsSignIn().RequiresRecentProof().TakesQuery().WithSummary("Ten new recovery codes").Produces<RecoveryCodeList>();

        var sessions = app.MapGroup("/api/v1/sessions").WithTags("Session");
        sessions.MapGet("", ListSessions.Handle).NeedsSignIn().TakesQuery("agent").WithSummary("Where I am signed in, or a colleague").Produces<SessionRows>();
        sessions.MapDelete("", EndSessions.Handle).NeedsSignIn().NeedsPerson().TakesQuery("agent").WithSummary("End my other sessions, or all of a colleague's").Produces(StatusCodes.Status204NoContent);
        sessions.MapDelete("/{id:guid}", EndSession.Handle).NeedsSignIn().NeedsPerson().TakesQuery("agent").WithSummary("End one session").Produces(StatusCodes.Status204NoContent);

        var tokens = app.MapGroup("/api/v1/tokens").WithTags("API tokens");
        tokens.MapGet("", ListTokens.Handle).NeedsSignIn().TakesQuery("of", "limit", "cursor").WithSummary("My API tokens, or everybody's").Produces<TokenList>();
        tokens.MapPost("", CreateToken.Handle).NeedsSignIn().RequiresRecentProof().TakesQuery().WithSummary("Make an API token; it is shown once").Produces<CreateToken.Made>(StatusCodes.Status201Created);
        tokens.MapDelete("/{id:guid}", RevokeToken.Handle).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Revoke an API token").Produces(StatusCodes.Status204NoContent);
    }

    /// <summary>Sign-in by providers, and the rules of signing in.</summary>
    private static void MapSignOn(IEndpointRouteBuilder app)
    {
        var sso = app.MapGroup("/api/v1/sso").WithTags("Single sign-on");
        sso.MapPost("/begin", BeginSignOn.Handle).IsPublic().TakesQuery().WithSummary("Begin to sign in by a provider").Produces<SignOnBegun>();
        sso.MapPost("/complete", CompleteSignOn.Handle).IsPublic().TakesQuery().WithSummary("Finish what a provider sent the browser back with").Produces<CompleteSignOn.Answer>();
        var providers = app.MapGroup("/api/v1/sso/providers").WithTags("Single sign-on");
        providers.MapGet("", ListProviders.Handle).Needs(Permissions.ManageSecurity).TakesQuery().WithSummary("The providers people may sign in by").Produces<ProviderList>();
        providers.MapPost("", AddProvider.Handle).Needs(Permissions.ManageSecurity).RequiresRecentProof().TakesQuery().WithSummary("Add a provider").Produces<ProviderRow>(StatusCodes.Status201Created);
        providers.MapPatch("/{id:guid}", ChangeProvider.Handle).Needs(Permissions.ManageSecurity).RequiresRecentProof().TakesQuery().WithSummary("Change a provider").Produces<ProviderRow>();
        providers.MapDelete("/{id:guid}", RemoveProvider.Handle).Needs(Permissions.ManageSecurity).RequiresRecentProof().TakesQuery().WithSummary("Remove a provider; its sessions end").Produces(StatusCodes.Status204NoContent);
        providers.MapPost("/{id:guid}/test", TestProvider.Handle).Needs(Permissions.ManageSecurity).NeedsPerson().TakesQuery().WithSummary("Ask a provider whether the settings are right").Produces<TestProvider.Tested>();
        providers.MapPost("/{id:guid}/try", TryProvider.Handle).Needs(Permissions.ManageSecurity).NeedsPerson().TakesQuery().WithSummary("Go to a provider and see what comes back").Produces<SignOnBegun>();
        app.MapPost(BackChannelLogout.PathPrefix + "{provider:guid}/logout", BackChannelLogout.Handle).IsPublic().TakesQuery().DisableAntiforgery().ExcludeFromDescription();

        var identities = app.MapGroup("/api/v1/me/identities").WithTags("Profile");
        identities.MapGet("", ListIdentities.Handle).NeedsSignIn().TakesQuery().WithSummary("My accounts at providers").Produces<IdentityList>();
        identities.MapPost("", BeginLink.Handle).NeedsSignIn().RequiresRecentProof().TakesQuery().WithSummary("Begin to link my account at a provider").Produces<SignOnBegun>();
        identities.MapDelete("/{id:guid}", Unlink.Handle).NeedsSignIn().RequiresRecentProof().TakesQuery().WithSummary("Unlink one").Produces(StatusCodes.Status204NoContent);

        var passkeys = app.MapGroup("/api/v1/me/passkeys").WithTags("Profile");
        passkeys.MapGet("", ListPasskeys.Handle).NeedsSignIn().IsOpenWhileLimited().TakesQuery().WithSummary("My passkeys").Produces<PasskeyList>();
        passkeys.MapPost("/begin", BeginPasskey.Handle).NeedsSignIn().RequiresRecentProof().IsOpenWhileLimited().TakesQuery().WithSummary("Begin to add a passkey").Produces<CeremonyBegun>();
        passkeys.MapPost("", AddPasskey.Handle).NeedsSignIn().RequiresRecentProof().IsOpenWhileLimited().TakesQuery().WithSummary("Add a passkey").Produces<AddPasskey.Added>(StatusCodes.Status201Created);
        passkeys.MapPatch("/{id:guid}", RenamePasskey.Handle).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Rename a passkey").Produces<PasskeyRow>();
        passkeys.MapDelete("/{id:guid}", RemovePasskey.Handle).NeedsSignIn().RequiresRecentProof().TakesQuery().WithSummary("Remove a passkey").Produces(StatusCodes.Status204NoContent);

        var policy = app.MapGroup("/api/v1/sign-in-policy").WithTags("Workspace");
        policy.MapGet("", ShowPolicy.Handle).Needs(Permissions.ManageSecurity).TakesQuery().WithSummary("How people may sign in").Produces<PolicyView>();
        policy.MapPatch("", ChangePolicy.Handle).Needs(Permissions.ManageSecurity).RequiresRecentProof().TakesQuery().WithSummary("Change how people may sign in").Produces<PolicyView>();
    }

    /// <summary>The directory's side is public to the router and let in by <see cref="ScimGate"/>, for its refusals have a form of their own.</summary>
    private static void MapScim(IEndpointRouteBuilder app)
    {
        var scim = app.MapGroup(ScimAddress.Path);
        scim.IsPublic().ExcludeFromDescription();
        scim.AddEndpointFilter<ScimGate>();
        scim.MapGet("/ServiceProviderConfig", ScimDiscovery.Config).TakesQuery();
        scim.MapGet("/ResourceTypes", ScimDiscovery.Types).TakesQuery();
        scim.MapGet("/ResourceTypes/{name}", ScimDiscovery.TypeOf).TakesQuery();
        scim.MapGet("/Schemas", ScimDiscovery.Schemas).TakesQuery();
        scim.MapGet("/Schemas/{id}", ScimDiscovery.SchemaOf).TakesQuery();
        MapScimKind<ScimUserEndpoints>(scim, "/Users");
        MapScimKind<ScimGroupEndpoints>(scim, "/Groups");

        var settings = app.MapGroup("/api/v1/scim").WithTags("Directory");
        settings.MapGet("", ShowScim.Handle).Needs(Permissions.ManageSecurity).TakesQuery().WithSummary("The directory's tokens and groups").Produces<ScimOverview>();
        settings.MapPost("/tokens", AddScimToken.Handle).Needs(Permissions.ManageSecurity).RequiresRecentProof().TakesQuery().WithSummary("Make a token for a directory; it is shown once").Produces<AddScimToken.Made>(StatusCodes.Status201Created);
        settings.MapDelete("/tokens/{id:guid}", RevokeScimToken.Handle).Needs(Permissions.ManageSecurity).NeedsPerson().TakesQuery().WithSummary("Revoke a directory's token").Produces(StatusCodes.Status204NoContent);
        settings.MapPatch("/groups/{id:guid}", MapScimGroup.Handle).Needs(Permissions.ManageSecurity).RequiresRecentProof().TakesQuery().WithSummary("What a group of the directory means here").Produces<ScimGroupRow>();
    }

    private static void MapScimKind<T>(IEndpointRouteBuilder scim, string path) where T : ScimEndpoints
    {
        string[] list = ["filter", "startIndex", "count", "attributes", "excludedAttributes", "sortBy", "sortOrder"];
        string[] one = ["attributes", "excludedAttributes"];
        scim.MapGet(path, static (T kind, HttpContext context, CancellationToken ct) => kind.List(context, ct)).TakesQuery(list);
        scim.MapPost(path, static (T kind, HttpContext context, CancellationToken ct) => kind.Create(context, ct)).TakesQuery(one);
        scim.MapGet(path + "/{id:guid}", static (Guid id, T kind, HttpContext context, CancellationToken ct) => kind.Show(id, context, ct)).TakesQuery(one);
        scim.MapPut(path + "/{id:guid}", static (Guid id, T kind, HttpContext context, CancellationToken ct) => kind.Replace(id, context, ct)).TakesQuery(one);
        scim.MapPatch(path + "/{id:guid}", static (Guid id, T kind, HttpContext context, CancellationToken ct) => kind.Patch(id, context, ct)).TakesQuery(one);
        scim.MapDelete(path + "/{id:guid}", static (Guid id, T kind, HttpContext context, CancellationToken ct) => kind.Delete(id, context, ct)).TakesQuery();
    }

    private static void MapAdministration(IEndpointRouteBuilder app)
    {
        var invitations = app.MapGroup("/api/v1/invitations").WithTags("Invitations");
        invitations.MapGet("", ListInvitations.Handle).Needs(Permissions.ManageAgents).TakesQuery("limit", "cursor").WithSummary("Invitations that wait").Produces<InvitationList>();
        invitations.MapPost("", Invite.Handle).Needs(Permissions.ManageAgents).NeedsSecondPerson(Acts.ChangeRoles).TakesQuery().WithSummary("Invite a colleague; the answer has the link").Produces<InvitationMade>(StatusCodes.Status201Created);
        invitations.MapPost("/{id:guid}/renew", RenewInvitation.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Another link for an invitation").Produces<InvitationMade>();
        invitations.MapDelete("/{id:guid}", RevokeInvitation.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Revoke an invitation").Produces(StatusCodes.Status204NoContent);

        var workspace = app.MapGroup("/api/v1/workspace").WithTags("Workspace");
        workspace.MapGet("", ShowWorkspace.Handle).NeedsSignIn().TakesQuery().WithSummary("The workspace's settings").Produces<WorkspaceView>();
        workspace.MapPatch("", ChangeWorkspace.Handle).Needs(Permissions.ManageWorkspace).TakesQuery().WithSummary("Change the workspace's settings").Produces<WorkspaceView>();
        var audit = app.MapGroup("/api/v1/audit").WithTags("Audit");
        audit.MapGet("", ListAudit.Handle).Needs(Permissions.ReadAudit).TakesQuery("actor", "action", "object", "address", "from", "to", "limit", "cursor")
            .WithSummary("Who did what, newest first").Produces<AuditList>();
        audit.MapGet("/export", ExportAudit.Handle).IsBulkWork().Costs(RequestCost.Export).Needs(Permissions.ReadAudit).RequiresRecentProof().NeedsSecondPerson(Acts.ExportAudit).TakesQuery("format", "actor", "action", "object", "address", "from", "to")
            .WithSummary("The same as a file: CSV, or JSON lines with the chain's hashes").Produces(StatusCodes.Status200OK, contentType: "text/csv");
        audit.MapGet("/integrity", AuditIntegrity.Show).Needs(Permissions.ReadAudit).TakesQuery().WithSummary("Whether the trail is as it was written").Produces<AuditIntegrityView>();
        audit.MapPost("/verifications", AuditIntegrity.Verify).Needs(Permissions.ReadAudit).TakesQuery().WithSummary("Verify the trail now").Produces(StatusCodes.Status202Accepted);
        audit.MapPut("/settings", AuditIntegrity.Change).Needs(Permissions.ManageWorkspace).RequiresRecentProof().NeedsSecondPerson(Acts.ChangeRetention).TakesQuery().WithSummary("How long rows are kept").Produces<AuditIntegrityView>();
    }
}
