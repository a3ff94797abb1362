using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>Durable work: written with the deed, run once it is on disk, tried again until it is done or given up.</summary>
internal static class JobsModule
{
    /// <param name="services">Has the storage.</param>
    /// <param name="byThemselves">False: only when somebody calls <see cref="JobWorker.RunDue"/> (tests, commands).</param>
    public static IServiceCollection AddJobs(this IServiceCollection services, bool byThemselves = true)
    {
        services.AddSingleton<JobKinds>();
        services.AddSingleton<JobBell>();
        services.TryAddSingleton<IBus, NoBus>();
        services.AddSingleton<JobCalls>();
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobWork>();
        services.AddSingleton<JobFinisher>();
        services.AddSingleton<JobSchedules>();
        services.AddSingleton<JobDesk>();
        services.AddSingleton<JobWorker>();
        services.AddJob<CleanJobs>();
        services.AddJob<CheckJobs>();
        services.AddRecurringJob("jobs.clean", CleanJobs.Name, "every 10m");
        services.AddGauge("queqiao.jobs", "{job}", "Jobs by state.", JobCounts.Look);
        if (byThemselves)
            services.AddHostedService(all => all.GetRequiredService<JobWorker>());
        return services;
    }

    /// <summary>A kind of job and who does it.</summary>
    public static void AddJob<THandler>(this IServiceCollection services) where THandler : class, IJobHandler =>
        services.AddSingleton<IJobHandler, THandler>();

    /// <summary>A job of the server itself that comes again and again; see <see cref="RecurringJob"/>.</summary>
    public static void AddRecurringJob(this IServiceCollection services, string name, string kind, string rule) =>
        services.AddSingleton(new RecurringJob(name, kind, rule));
}
