using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Files;

/// <summary>Somebody who uploads over HTTP: an agent by cookie or a visitor by token.</summary>
internal sealed class Uploader(Uri address, string prefix, (string Name, string Value) credential) : IDisposable
{
#pragma warning disable RS0030 // tests speak to their own server
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { BaseAddress = address };
#pragma warning restore RS0030

    public static Uploader Of(AgentClient agent) => new(agent.Address, "/api/v1/files", ("Cookie", agent.Cookie));

    public static Uploader Of(VisitorClient visitor) => new(visitor.Address, "/widget/v1/files", visitor.Bearer);

    public Task<ApiAnswer> Begin(string name, long size) => Json(HttpMethod.Post, prefix, new { name, size });

    public async Task<ApiAnswer> Piece(string id, long offset, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(UploadRequests.PieceType);
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{prefix}/{id}") { Content = content };
        request.Headers.Add("Upload-Offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return await Send(request);
    }

    public Task<ApiAnswer> Piece(string id, long offset, ReadOnlyMemory<byte> content) => Piece(id, offset, new ReadOnlyMemoryContent(content));

    /// <summary>Where to go on.</summary>
    public async Task<long> Offset(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{prefix}/{id}");
        var answer = await Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return OffsetOf(answer);
    }

    public static long OffsetOf(ApiAnswer answer) => long.Parse(answer.Raw.Headers.GetValues("Upload-Offset").Single(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>All of it at once; answers the last answer.</summary>
    public async Task<ApiAnswer> Upload(string name, byte[] content)
    {
        var begun = await Begin(name, content.Length);
        return begun.Status == HttpStatusCode.Created ? await Piece(begun.Text("id"), 0, content) : begun;
    }

    /// <summary>An upload that succeeds; its id.</summary>
    public async Task<string> Put(string name, byte[] content) => (await Upload(name, content)).Expect(HttpStatusCode.OK).Text("id");

    public Task<ApiAnswer> Show(string id) => Json(HttpMethod.Get, $"{prefix}/{id}", null);

    public Task<ApiAnswer> Cancel(string id) => Json(HttpMethod.Delete, $"{prefix}/{id}", null);

    public Task<ApiAnswer> Links(params string[] ids) => Json(HttpMethod.Post, prefix + "/links", new { ids });

    /// <summary>What a link to one file says.</summary>
    public async Task<JsonElement> Link(string id) => (await Links(id)).Expect(HttpStatusCode.OK).Items().Single();

    public async Task<HttpResponseMessage> Fetch(string url, HttpMethod? method = null, string? range = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, url);
        if (range is not null)
            request.Headers.TryAddWithoutValidation("Range", range);
        return await _http.SendAsync(request);
    }

    public async Task<byte[]> Bytes(string id) => await (await Fetch((await Link(id)).Text("url"))).Content.ReadAsByteArrayAsync();

    /// <summary>Another request of the same person.</summary>
    public Task<ApiAnswer> Get(string path) => Json(HttpMethod.Get, path, null);

    private async Task<ApiAnswer> Json(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        return await Send(request);
    }

    private async Task<ApiAnswer> Send(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new ApiAnswer(answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, answer);
    }

    public void Dispose() => _http.Dispose();
}
