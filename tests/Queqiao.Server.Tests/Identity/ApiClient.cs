using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Queqiao.Server.Tests.Identity;

/// <summary>An answer: its status, headers and JSON.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Raw)
{
    public string Code => Body.GetProperty("code").GetString()!;

    public string Text(params string[] path) => path.Aggregate(Body, (at, name) => at.GetProperty(name)).GetString()!;
}

/// <summary>A browser of one person, seen from below: it keeps the session's cookie, and its own.</summary>
internal sealed class ApiClient(Uri address) : IDisposable
{
#pragma warning disable RS0030 // tests speak to their own server
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, SslOptions = { RemoteCertificateValidationCallback = IsOurs } }) { BaseAddress = address };
#pragma warning restore RS0030

    /// <summary>Signed by the authority of a test: what these tests look at is not whom a browser trusts.</summary>
    public static bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate?.Issuer.StartsWith("CN=A firm's own authority", StringComparison.Ordinal) == true;

    /// <summary>NAME=VALUE, as it is sent.</summary>
    public string? Cookie { get; set; }

    /// <summary>The browser's own: by it an account knows it again. NAME=VALUE.</summary>
    public string? Device { get; set; }

    private string? Sent => Cookie is null ? Device : Device is null ? Cookie : $"{Cookie}; {Device}";

    public string? Token => Cookie?[(Cookie.IndexOf('=', StringComparison.Ordinal) + 1)..];

    public Task<ApiAnswer> Get(string path, params (string, string)[] headers) => Send(HttpMethod.Get, path, null, headers);

    public Task<ApiAnswer> Post(string path, object body, params (string, string)[] headers) => Send(HttpMethod.Post, path, body, headers);

    public Task<ApiAnswer> Put(string path, object body) => Send(HttpMethod.Put, path, body);

    public Task<ApiAnswer> Patch(string path, object body) => Send(HttpMethod.Patch, path, body);

    public Task<ApiAnswer> Delete(string path) => Send(HttpMethod.Delete, path, null);

    /// <summary>An answer that is no JSON.</summary>
    public Task<HttpResponseMessage> Raw(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Get)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        if (Sent is not null)
            request.Headers.Add("Cookie", Sent);
        return _http.SendAsync(request);
    }

    public async Task<ApiAnswer> Send(HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (Sent is not null)
            request.Headers.Add("Cookie", Sent);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await _http.SendAsync(request);
        foreach (var given in response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Select(cookie => cookie.Split(';')[0]) : [])
        {
            if (given.Contains("-device=", StringComparison.Ordinal))
                Device = given;
            else
                Cookie = given.EndsWith('=') ? null : given;
        }
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer(response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, response);
    }

    public void Dispose() => _http.Dispose();
}
