using System.Diagnostics;
using OpenTelemetry;

namespace Queqiao.Server.Platform.Telemetry;

/// <summary>
/// Before a span leaves: only what is on the list stays. The framework's own spans hold the address as it came (ids, search words),
/// the caller's program and more; events hold exceptions' messages.
/// </summary>
internal sealed class TraceScrub : BaseProcessor<Activity>
{
    private static readonly HashSet<string> Kept =
    [
        "http.request.method", "http.route", "http.response.status_code", "error.type", "network.protocol.version", "url.scheme",
        "db.system.name", "messaging.batch.message_count",
        "queqiao.commands", "queqiao.entries", "queqiao.job.kind", "queqiao.job.tries", "queqiao.outcome",
    ];

    public override void OnEnd(Activity data)
    {
        List<string>? gone = null;
        foreach (var tag in data.EnumerateTagObjects())
        {
            if (!Kept.Contains(tag.Key))
                (gone ??= []).Add(tag.Key);
        }
        gone?.ForEach(name => data.SetTag(name, null));
        if (data.Kind == ActivityKind.Server && data.GetTagItem("http.route") is null)
            data.DisplayName = "HTTP"; // the framework's own name for it may hold what was sent as a method
        data.TraceStateString = null; // the caller's words
        foreach (var (name, _) in data.Baggage)
            data.SetBaggage(name, null);
        if (data.Status == ActivityStatusCode.Error)
            data.SetStatus(ActivityStatusCode.Error); // without a description
    }
}
