using System.Text.Json;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Platform.Problems;

/// <summary>Says in our words what the framework found wrong with a request. .NET type names never reach the caller.</summary>
internal static partial class RequestFaults
{
    private const int LongestPath = 200;

    public static Refusal Of(BadHttpRequestException fault) => fault switch
    {
        { InnerException: JsonException json } => Of(json),
        { StatusCode: not StatusCodes.Status400BadRequest } => OfStatus(fault.StatusCode),
        _ => OfBinding(fault.Message),
    };

    public static Refusal Of(JsonException fault)
    {
        var (code, args) = Reason(fault);
        var field = FieldOf(fault);
        var where = field.Length == 0 ? "$" : field;
        return new Refusal(StatusCodes.Status400BadRequest, "invalid_json", where)
        {
            Fields = new Dictionary<string, IReadOnlyList<FieldFault>> { [where] = [new FieldFault(code, args)] },
        };
    }

    /// <summary>For answers that carry a status and nothing else.</summary>
    public static Refusal OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Refusal.Unauthenticated(),
        StatusCodes.Status403Forbidden => Refusal.Forbidden(),
        StatusCodes.Status404NotFound => Refusal.NotFound(),
        StatusCodes.Status405MethodNotAllowed => new Refusal(status, "method_not_allowed"),
        StatusCodes.Status408RequestTimeout => new Refusal(status, "request_timeout"),
        StatusCodes.Status409Conflict => Refusal.Conflict(),
        StatusCodes.Status413PayloadTooLarge => new Refusal(status, "payload_too_large"),
        StatusCodes.Status415UnsupportedMediaType => new Refusal(status, "unsupported_media_type"),
        StatusCodes.Status429TooManyRequests => new Refusal(status, "rate_limited"),
        StatusCodes.Status503ServiceUnavailable => new Refusal(status, "busy"),
        >= 500 => new Refusal(status, "internal"),
        _ => new Refusal(status, "bad_request"),
    };

    // System.Text.Json tells its reasons apart by text only; the tests pin the texts that we look for.
    private static (string Code, object[] Args) Reason(JsonException fault) => fault switch
    {
        JsonFault own => (own.Code, own.Values),
        { InnerException: JsonFault own } => (own.Code, own.Values),
        _ when fault.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) => ("json_unknown_member", []),
        _ when fault.Message.Contains("uplicate propert", StringComparison.Ordinal) => ("json_duplicate_member", []),
        _ when fault.Message.Contains("does not contain any JSON tokens", StringComparison.Ordinal) => ("json_empty", []),
        _ when Missing().Match(fault.Message) is { Success: true } missing => ("json_missing_member", [missing.Groups[1].Value]),
        _ when fault.Message.Contains("doesn't allow null", StringComparison.Ordinal) => ("json_null", []),
        _ when fault.Message.Contains("maximum configured depth", StringComparison.Ordinal) => ("json_too_deep", []),
        _ when fault.Message.Contains("could not be converted", StringComparison.Ordinal) => ("json_wrong_type", []),
        _ => ("json_syntax", [(fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1]),
    };

    private static string FieldOf(JsonException fault)
    {
        var path = fault.Path ?? "";
        path = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');
        return path.Length <= LongestPath ? path : path[..LongestPath];
    }

    private static Refusal OfBinding(string message) => Named().Match(message) switch
    {
        { Success: true } m when message.Contains("from body", StringComparison.Ordinal) || message.Contains("no body was provided", StringComparison.Ordinal)
            => Of(new JsonFault("json_empty")),
        { Success: true } m => new Refusal(StatusCodes.Status400BadRequest, "invalid_parameter", m.Groups[1].Value),
        _ => new Refusal(StatusCodes.Status400BadRequest, "bad_request"),
    };

    [GeneratedRegex("""parameter "[^"]*?([A-Za-z0-9_]+)" """, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    [GeneratedRegex("required propert[^:]*: '?([A-Za-z0-9_]+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Missing();
}
