using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Queqiao.Server.Tests.CustomerData;

/// <summary>The system of a firm: it checks signatures as docs/customer-data.md says, and answers what a test wants.</summary>
internal sealed class FirmSystem : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FirmSystem(WebApplication app)
    {
        _app = app;
        app.Run(Answer);
    }

    public string Secret { get; set; } = "";

    public int Status { get; set; } = 200;

    public string Body { get; set; } = "{}";

    public ConcurrentQueue<JsonElement> Asked { get; } = new();

    public ConcurrentQueue<string> Forged { get; } = new();

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<FirmSystem> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var firm = new FirmSystem(builder.Build());
        await firm._app.StartAsync();
        return firm;
    }

    private async Task Answer(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        var signed = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{context.Request.Headers["Queqiao-Timestamp"]}.{body}")));
        if (context.Request.Headers["Queqiao-Signature"] != "v1=" + signed)
        {
            Forged.Enqueue(body);
            context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return;
        }
        Asked.Enqueue(JsonDocument.Parse(body).RootElement);
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
