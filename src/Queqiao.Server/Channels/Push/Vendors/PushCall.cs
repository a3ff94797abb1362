using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Channels;
using Queqiao.Server.Platform.Outbound;

namespace Queqiao.Server.Channels.Push.Vendors;

/// <summary>A request to a push service and what came back; failures of the way are outcomes.</summary>
internal static class PushCall
{
    internal sealed record Answer(HttpStatusCode Status, JsonObject Body, TimeSpan? RetryAfter)
    {
        public bool IsOk => (int)Status is >= 200 and < 300;

        /// <summary>Whether it is worth another try, whatever the vendor.</summary>
        public bool IsBusy => Status == HttpStatusCode.TooManyRequests || (int)Status >= 500;

        public string? Text(params ReadOnlySpan<string> path)
        {
            JsonNode? node = Body;
            foreach (var name in path)
                node = (node as JsonObject)?[name];
            return node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        }
    }

    public static async Task<(Answer? Answer, SendOutcome? Failed)> Make(HttpRequestMessage request, IChannelHttp http, CancellationToken ct)
    {
        try
        {
            using var response = await http.Send(request, ct);
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            return (new Answer(response.StatusCode, Parse(body), After(response.Headers.RetryAfter)), null);
        }
        catch (HostRestingException resting)
        {
            return (null, PushFaults.Away(after: resting.RetryAfter));
        }
        catch (OutboundRefusedException refused)
        {
            return (null, SendOutcome.Failed(ErrorClass.Config, "push_address", $"地址不可访问（{refused.Code}）", $"The address may not be called ({refused.Code})"));
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return (null, PushFaults.Away());
        }
    }

    public static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };

    private static TimeSpan? After(RetryConditionHeaderValue? hint) => hint?.Delta is { } wait && wait > TimeSpan.Zero ? wait : null;

    private static JsonObject Parse(byte[] body)
    {
        try
        {
            return body.Length is > 0 and < 64 * 1024 ? JsonNode.Parse(body) as JsonObject ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
