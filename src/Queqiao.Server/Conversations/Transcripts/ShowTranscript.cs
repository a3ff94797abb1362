using System.Text;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Transcripts;

/// <summary><c>GET /api/v1/conversations/{id}/transcript</c>: what the customer can see, as a file to keep.</summary>
internal static class ShowTranscript
{
    public static readonly string[] Parameters = ["format", "events", "timeZone"];

    /// <param name="Format">text (default), html or json.</param>
    /// <param name="Events">Whether joining, resolving and rating are told too.</param>
    /// <param name="TimeZone">An IANA name, such as Asia/Shanghai; UTC when left out.</param>
    internal sealed record Query(string? Format, bool? Events, string? TimeZone);

    public static async Task<IResult> Handle(Guid id, [AsParameters] Query query, Actor actor, ConversationReader reader, Transcript transcript, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        await Audit.Reading(storage, actor, context, "transcript.downloaded", "conversation", id.ToString(), new { format = query.Format ?? "text" }, ct);
        return await Write(head, query, transcript, context, ct, actor.Rights.Fields);
    }

    /// <summary>The same for agents and for the customer, whose it is.</summary>
    public static async Task<IResult> Write(ConversationHead head, Query query, Transcript transcript, HttpContext context, CancellationToken ct, FieldPolicy? seenBy = null)
    {
        var fields = seenBy ?? FieldPolicy.Clear; // the customer's own words are theirs
        head = head.For(fields);
        var format = query.Format ?? "text";
        if (!Transcript.Formats.Contains(format))
            return Refusal.Invalid("format", "not_one_of", string.Join(", ", Transcript.Formats)).ToProblem();
        var zone = TimeZoneInfo.Utc;
        if (query.TimeZone is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone))
            return Refusal.Invalid("timeZone", "invalid_time_zone").ToProblem();
        var style = new TranscriptStyle(Locale.Of(context), zone!, query.Events ?? false) { Fields = fields };
        if (format == "json")
        {
            var entries = (await transcript.Entries(head, style, ct)).Where(entry => entry.Body is MessagePosted || style.WithEvents).ToList();
            return JsonAnswer.Object((entries, head), static (json, it) => ItemWriter.WritePage(json, new LogPage(it.entries, false), it.head, Audience.Customer));
        }
        var (text, type, ending) = format == "html"
            ? (await transcript.Html(head, style, ct), "text/html", "html")
            : (await transcript.Text(head, style, ct), "text/plain", "txt");
        return TypedResults.File(Encoding.UTF8.GetBytes(text), type + "; charset=utf-8", $"conversation-{head.Id}.{ending}");
    }
}
