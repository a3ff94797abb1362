using System.Net;
using System.Text.Json;
using Queqiao.Server.Platform.Outbound;

namespace Queqiao.Server.Bot.Model;

/// <summary>Why a model did not answer: codes for who sets it up.</summary>
internal static class ModelTrouble
{
    public const string Budget = "model_budget";
    public const string NotJson = "model_not_json";

    /// <summary>JSON, but no sentence that rests on what it was given.</summary>
    public const string Unusable = "model_unusable";

    public static string Of(HttpStatusCode status) => (int)status switch
    {
        400 or 422 => "model_bad_request",
        401 or 403 => "model_unauthorized",
        404 or 405 => "model_not_found",
        429 => "model_busy",
        _ => "model_failed",
    };

    public static string Of(Exception trouble) => trouble switch
    {
        OutboundRefusedException => "model_refused_address",
        HostRestingException => "model_resting",
        OperationCanceledException => "model_timeout",
        JsonException => NotJson,
        _ => "model_unreachable",
    };
}
