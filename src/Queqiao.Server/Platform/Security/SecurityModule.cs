using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Security;

internal static class SecurityModule
{
    public static LimitsOptions AddPlatformSecurity(this WebApplicationBuilder builder)
    {
        var limits = LimitsOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<SignInThrottle>();
        builder.Services.AddSingleton(_ => new PasswordHashing());
        return limits;
    }

    /// <summary>After <c>UseWebSafety</c> (which knows the caller's address) and before anything that costs: a limit per address.</summary>
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<RateLimits>();
        if (!limits.On)
        {
            app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Queqiao.Limits")
                .LogWarning("Rate limits are OFF (QUEQIAO_LIMITS=off). This is for benchmarks only.");
            return app;
        }
        return app.Use((context, next) =>
            ProblemsModule.IsApi(context.Request.Path)
            && limits.OfAddress(context.Connection.RemoteIpAddress) is { } refusal
                ? refusal.ToProblem().ExecuteAsync(context)
                : next(context));
    }
}
