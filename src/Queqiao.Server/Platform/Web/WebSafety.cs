using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

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

        var certificate = options.Https ? LoadCertificate(options) : null;
        services.Configure<KestrelServerOptions>(kestrel => Limit(kestrel, options, certificate));

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

    private static void Limit(KestrelServerOptions kestrel, WebSafetyOptions options, X509Certificate2Collection? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAlive;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        if (certificate is null)
            return;
        kestrel.ConfigureHttpsDefaults(https => UseCertificate(https, certificate));
    }

    private static void UseCertificate(HttpsConnectionAdapterOptions https, X509Certificate2Collection chain)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ServerCertificate = chain[0];
        https.ServerCertificateChain = chain;
    }

    // Clients need the intermediate certificates too, so the whole file is sent, the one with the key first.
    private static X509Certificate2Collection LoadCertificate(WebSafetyOptions options)
    {
        try
        {
            var own = X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.CertificateKeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.CertificateFile!);
            return [own, .. chain.Where(c => c.Thumbprint != own.Thumbprint)];
        }
        catch (CryptographicException e)
        {
            throw new InvalidSettingException("certificate", $"{options.CertificateFile} and its key cannot be used: {e.Message}");
        }
    }
}
