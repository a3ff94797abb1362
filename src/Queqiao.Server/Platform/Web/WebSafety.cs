using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Queqiao.Server.Platform.Web;

/// <summary>What every request passes before any module sees it.</summary>
internal static class WebSafety
{
    /// <summary>Reads <see cref="WebSafetyOptions"/> and sets Kestrel's limits and TLS; stops the start when a setting cannot be meant.</summary>
    public static WebSafetyOptions AddWebSafety(this WebApplicationBuilder builder)
    {
        var options = WebSafetyOptions.Read(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton<ConsoleFiles>();
        services.AddSingleton<WidgetFiles>();
        if (options.AllowedHosts.Count > 0)
            services.PostConfigure<HostFilteringOptions>(o => o.AllowedHosts = [.. options.AllowedHosts]);
        services.Configure<ForwardedHeadersOptions>(o => Believe(o, options));

        var certificates = options.Https ? new Certificates(options.CertificateFile!, options.CertificateKeyFile) : null;
        if (certificates is not null)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(certificates);
            services.AddHostedService<CertificateWatch>();
        }
        services.Configure<KestrelServerOptions>(kestrel => Limit(kestrel, options, certificates));

        // The framework's own request lines hold whole addresses, and addresses hold search words.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        return options;
    }

    /// <summary>After <c>UseProblems</c>, before authentication and everything else.</summary>
    public static IApplicationBuilder UseWebSafety(this IApplicationBuilder app)
    {
        var options = app.ApplicationServices.GetRequiredService<WebSafetyOptions>();
        if (options.TrustedProxies.Count > 0)
            app.UseForwardedHeaders();
        if (options.AllowedHosts.Count > 0)
            app.UseHostFiltering();
        return app
            .UseMiddleware<SecurityHeaders>()
            .UseMiddleware<HttpsRedirect>()
            .UseMiddleware<HttpsRule>()
            .UseMiddleware<OriginGuard>();
    }

    private static void Believe(ForwardedHeadersOptions forwarded, WebSafetyOptions options)
    {
        // Not X-Forwarded-Host: proxies can pass Host itself, and one header less can be forged.
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null;                          // as far back as the addresses are listed ones
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
            forwarded.KnownIPNetworks.Add(network);
    }

    private static void Limit(KestrelServerOptions kestrel, WebSafetyOptions options, Certificates? certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAlive;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        if (certificates is not null)
            kestrel.ConfigureHttpsDefaults(certificates.Use);
    }
}
