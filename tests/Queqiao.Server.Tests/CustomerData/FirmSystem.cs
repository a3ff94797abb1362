using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.CustomerData;

/// <summary>The system of a firm: it checks signatures as docs/customer-data.md says, and answers what a test wants.</summary>
internal sealed class FirmSystem : IAsyncDisposable
{
    private LocalServer _server = null!;

    private FirmSystem()
    {
    }

    public string Secret { get; set; } = "";

    public int Status { get; set; } = 200;

    public string Body { get; set; } = "{}";

    public ConcurrentQueue<JsonElement> Asked { get; } = new();

    public ConcurrentQueue<string> Forged { get; } = new();

    public Uri Address => _server.Address;

    public static async Task<FirmSystem> Start()
    {
        var firm = new FirmSystem();
        firm._server = await LocalServer.Start(firm.Answer);
        return firm;
    }

    private async Task Answer(HttpContext context)
    {
        var body = await LocalServer.Body(context);
        var signed = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{context.Request.Headers["Queqiao-Timestamp"]}.{body}")));
        if (context.Request.Headers["Queqiao-Signature"] != "v1=" + signed)
        {
            Forged.Enqueue(body);
            context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return;
        }
        Asked.Enqueue(JsonDocument.Parse(body).RootElement);
        await LocalServer.Say(context, Status, Body);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
