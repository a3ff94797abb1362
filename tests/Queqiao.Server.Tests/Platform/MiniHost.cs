using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Queqiao.Server.Tests.Platform;

/// <summary>A real Kestrel on a free loopback port with nothing in it but what the test puts there.</summary>
internal sealed class MiniHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MiniHost(WebApplication app, CapturedLog log)
    {
        _app = app;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
#pragma warning disable RS0030 // tests speak to their own server
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, AutomaticDecompression = System.Net.DecompressionMethods.None }) { BaseAddress = Address };
#pragma warning restore RS0030
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public CapturedLog Log { get; }

    public static async Task<MiniHost> Start(
        Action<WebApplicationBuilder> services, Action<WebApplication> pipeline, string environment = "Production", string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseKestrelCore().UseUrls(url);
        builder.Services.AddRoutingCore();
        var log = new CapturedLog();
        builder.Logging.AddProvider(log).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);   // as WebSafety does: addresses hold search words
        services(builder);
        var app = builder.Build();
        pipeline(app);
        await app.StartAsync();
        return new MiniHost(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}

internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public string Text
    {
        get
        {
            lock (_lines)
                return string.Join("\n", _lines);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
            _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
