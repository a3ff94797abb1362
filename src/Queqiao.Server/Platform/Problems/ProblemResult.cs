using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Problems;

/// <summary>A refusal as application/problem+json: <c>{type,title,status,code,detail,errors?,traceId}</c>.</summary>
internal sealed class ProblemResult(Refusal refusal) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    public const string MediaType = "application/problem+json";

    private sealed record Body(
        string Type, string Title, int Status, string Code, string Detail,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors,
        string TraceId);

    public Refusal Refusal { get; } = refusal;

    public int? StatusCode => Refusal.Status;

    public string? ContentType => MediaType;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        Measures.Problem(Refusal.Code, Refusal.Status);
        var response = httpContext.Response;
        var locale = Locale.Of(httpContext);
        var body = new Body(
            // RFC 9457 4.2.1: "about:blank" says that `code` and the status tell everything there is to know.
            Type: "about:blank",
            Title: ReasonPhrases.GetReasonPhrase(Refusal.Status),
            Status: Refusal.Status,
            Code: Refusal.Code,
            Detail: Messages.Text(locale, Refusal.Code, Refusal.Args),
            Errors: Refusal.Fields?.ToDictionary(f => f.Key, f => f.Value.Select(fault => Messages.Text(locale, fault.Code, fault.Args)).ToArray()),
            TraceId: TraceIdOf(httpContext));

        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, StrictJson.Options);
        response.StatusCode = Refusal.Status;
        response.ContentType = MediaType;
        response.ContentLength = bytes.Length;
        response.Headers.ContentLanguage = locale.Tag;
        if (Refusal.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            if (Refusal.Status == StatusCodes.Status429TooManyRequests) // draft-ietf-httpapi-ratelimit-headers: nothing is left, and when there will be
                response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r=0;t={seconds}");
        }
        await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }

    /// <summary>The id that the log line of a failure carries too.</summary>
    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
}
