using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Queqiao.Server.Platform.WebPush;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Pushing;

/// <summary>
/// A push service and the browsers behind it: tokens are verified as RFC 8292 says (for this origin, by the key that the browser
/// subscribed with), messages as RFC 8030 says, and each browser decrypts with its own key (RFC 8291).
/// </summary>
internal sealed class PushService : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (ECDiffieHellman Key, byte[] Auth, string Server)> _browsers = new();
    private LocalServer _server = null!;

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 201;

    public string? RetryAfter { get; set; }

    /// <summary>What browsers got, in order.</summary>
    public ConcurrentQueue<(string Browser, JsonElement Notice, IHeaderDictionary Headers)> Shown { get; } = new();

    public int Asked;

    /// <summary>What was wrong with what came.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    public Uri Address => _server.Address;

    public static async Task<PushService> Start()
    {
        var service = new PushService();
        service._server = await LocalServer.Start(service.Take);
        return service;
    }

    /// <summary>As <c>PushSubscription.toJSON()</c> of a browser gives it.</summary>
    /// <param name="serverKey">The <c>applicationServerKey</c>.</param>
    public object Subscribe(string browser, string serverKey, string name = "Chrome · Android")
    {
        var known = (Key: ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), Auth: RandomNumberGenerator.GetBytes(16), serverKey);
        _browsers[browser] = known;
        return new
        {
            endpoint = new Uri(Address, "/push/" + browser), name,
            keys = new { p256dh = Base64Url.EncodeToString(PushCipher.PointOf(known.Key.ExportParameters(false).Q)), auth = Base64Url.EncodeToString(known.Auth) },
        };
    }

    private async Task Take(HttpContext context)
    {
        Interlocked.Increment(ref Asked);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var name = context.Request.Path.Value!.Split('/')[^1];
        context.Response.StatusCode = Status;
        if (RetryAfter is not null)
            context.Response.Headers.RetryAfter = RetryAfter;
        if (Status != 201)
            return;
        try
        {
            var browser = _browsers[name];
            Verify(context.Request.Headers.Authorization.ToString(), browser.Server);
            if (context.Request.Headers.ContentEncoding != "aes128gcm" || !int.TryParse(context.Request.Headers["TTL"], out var ttl) || ttl <= 0 || context.Request.Headers["Topic"].ToString() is not { Length: > 0 and <= 32 } || body.Length > 4096)
                throw new InvalidOperationException("headers");
            Shown.Enqueue((name, JsonDocument.Parse(PushCipher.Decrypt(body.ToArray(), browser.Key, browser.Auth)).RootElement, context.Request.Headers));
        }
        catch (Exception fault)
        {
            Faults.Enqueue(fault.ToString());
            context.Response.StatusCode = 403;
        }
    }

    private void Verify(string authorization, string serverKey)
    {
        var parts = authorization.Split("vapid t=")[1].Split(", k=");
        if (parts[1] != serverKey)
            throw new InvalidOperationException("another key than the browser subscribed with");
        var jwt = parts[0].Split('.');
        var point = Base64Url.DecodeFromChars(serverKey);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33], Y = point[33..] } });
        if (!key.VerifyData(Encoding.ASCII.GetBytes($"{jwt[0]}.{jwt[1]}"), Base64Url.DecodeFromChars(jwt[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            throw new InvalidOperationException("signature");
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(jwt[1])).RootElement;
        if (claims.GetProperty("aud").GetString() != Address.GetLeftPart(UriPartial.Authority) || !claims.GetProperty("sub").GetString()!.StartsWith("mailto:", StringComparison.Ordinal))
            throw new InvalidOperationException("claims");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
