using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Background;

/// <summary>Background work as an administrator sees it: jobs and what listeners gave up.</summary>
internal static class BackgroundModule
{
    /// <summary>The hourly look at what must hold.</summary>
    public static void AddBackground(this IServiceCollection services)
    {
        services.AddSingleton<Invariants>();
        services.AddJob<CheckInvariants>();
        services.AddRecurringJob("invariants.check", CheckInvariants.Name, "every 1h");
    }

    public static void MapBackground(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/v1/jobs").WithTags("Background work");
        jobs.MapGet("", ShowJobs.List).Needs(Permissions.ManageJobs).TakesQuery("state", "kind", "limit", "cursor").WithSummary("Jobs, newest first").Produces<ShowJobs.Page>();
        jobs.MapGet("/summary", ShowSummary.Handle).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Jobs by kind and state, listeners, and what comes again and again").Produces<ShowSummary.Summary>();
        jobs.MapGet("/{id:guid}", ShowJobs.One).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("One job").Produces<JobView>();
        jobs.MapPost("/{id:guid}/replay", ActOnJobs.Replay).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Run a dead, discarded or cancelled job again").Produces<JobView>();
        jobs.MapPost("/{id:guid}/discard", ActOnJobs.Discard).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Give a dead job up for good").Produces<JobView>();
        jobs.MapPost("/{id:guid}/cancel", ActOnJobs.Cancel).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Keep a job from beginning, or ask it to stop").Produces<JobView>();
        jobs.MapPost("/replay", ActOnJobs.ReplayKind).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Run the dead jobs of a kind again, up to a thousand").Produces<ActOnJobs.Replayed>();

        var system = app.MapGroup("/api/v1/system").WithTags("System");
        system.MapGet("", ShowSystem.Handle).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("How this server is: health, queues, slow statements, damage, versions").Produces<ShowSystem.SystemState>();
        system.MapPost("/examine", ExamineSystem.Handle).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("What the doctor says: what is well, what is not, and what to do").Produces<ExamineSystem.Examination>();

        system.MapGet("/invariants", ShowInvariants.Handle).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("What must hold at every moment, and how the last look ended").Produces<ShowInvariants.Page>();
        system.MapPost("/invariants", ShowInvariants.Look).IsBulkWork().Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Look now").Produces<ShowInvariants.Page>();

        var parked = app.MapGroup("/api/v1/listeners/parked").WithTags("Background work");
        parked.MapGet("", ShowParked.List).Needs(Permissions.ManageJobs).TakesQuery("listener", "limit", "cursor").WithSummary("Entries that a listener gave up, newest first").Produces<ShowParked.Page>();
        parked.MapPost("/replay", ActOnParked.Replay).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Tell the listener again").Produces(StatusCodes.Status204NoContent);
        parked.MapPost("/discard", ActOnParked.Discard).Needs(Permissions.ManageJobs).TakesQuery().WithSummary("Leave an entry to the log alone").Produces(StatusCodes.Status204NoContent);
    }
}
