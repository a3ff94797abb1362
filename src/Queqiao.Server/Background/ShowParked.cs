using System.Globalization;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Background;

/// <summary><c>GET /api/v1/listeners/parked</c></summary>
internal static class ShowParked
{
    private const int Most = 100;

    /// <param name="Limit">1–100, default 50.</param>
    /// <param name="Cursor">From the page before.</param>
    internal sealed record Query(string? Listener, int? Limit, string? Cursor);

    internal sealed record Page(IReadOnlyList<Row> Items, string? NextCursor);

    internal sealed record Row(string Listener, string Title, Guid ConversationId, long Seq, int Tries, JobReason Reason, string ParkedAt);

    public static async Task<IResult> List([AsParameters] Query query, Actor actor, IListenerDesk desk, HttpContext context, CancellationToken ct)
    {
        var limit = query.Limit ?? 50;
        if (limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        var after = query.Cursor is null ? null : Parse(query.Cursor);
        if (query.Cursor is not null && after is null)
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        var found = await desk.Parked(actor.Ws, query.Listener, after, limit + 1, ct);
        var locale = Locale.Of(context);
        return TypedResults.Ok(new Page(
            [.. found.Take(limit).Select(one => new Row(one.Key.Listener, BackgroundTexts.Listener(locale, one.Key.Listener), one.Key.ConversationId, one.Key.Seq, one.Tries,
                new JobReason("job_failed", Messages.Text(locale, "job_failed", one.Error)), WireTime.Format(one.ParkedAt)))],
            found.Count > limit ? Cursor(found[limit - 1]) : null));
    }

    private static string Cursor(ParkedEntry last) => string.Create(CultureInfo.InvariantCulture, $"{last.ParkedAt}_{last.Key.ConversationId:N}_{last.Key.Seq}");

    private static ParkedEntry? Parse(string cursor) =>
        cursor.Split('_') is [var at, var conversation, var seq] && long.TryParse(at, NumberStyles.None, null, out var parkedAt)
            && Guid.TryParseExact(conversation, "N", out var id) && long.TryParse(seq, NumberStyles.None, null, out var number)
            ? new ParkedEntry(new("", id, number), 0, "", parkedAt)
            : null;
}
