using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Presence;

/// <param name="Date">In the workspace's time zone.</param>
/// <param name="Begin">The day's first moment, for drawing spans in it.</param>
/// <param name="First">When they came.</param>
/// <param name="Last">Until when they were there; of today, so far.</param>
internal sealed record PresenceDayItem(
    Guid AgentId, string Name, string Date, string Begin, string End, string First, string Last, long OnlineSeconds, long BusySeconds, long AwaySeconds, IReadOnlyList<PresenceSpanItem> Spans);

internal sealed record PresenceSpanItem(string From, string To, string Status, string? Reason);

/// <param name="Items">The newest day first, in a day by name. Days without anybody are left out.</param>
internal sealed record PresenceDayList(IReadOnlyList<PresenceDayItem> Items, string TimeZone, string From, string To);

/// <summary><c>/api/v1/presence/days</c>: who was there when, of the colleagues that the reader knows.</summary>
internal static class PresenceReport
{
    private const int MostDays = 31;
    private const int MostExported = 366;
    private static readonly string[] Columns = ["date", "agent", "first", "last", "online", "busy", "away", "reasons"];

    internal sealed record Query(DateOnly? From, DateOnly? To, Guid? Agent);

    internal sealed record Services(IStorageEngine Storage, IAgents Agents, IWorkDay Day, TimeProvider Clock);

    private sealed record Line(AgentView Agent, PresenceDay Day);

    public static async Task<IResult> List([AsParameters] Query query, Actor actor, [AsParameters] Services with, CancellationToken ct)
    {
        var zone = await with.Day.Zone(actor.Ws, ct);
        if (Range(query, zone, with.Clock, MostDays, out var from, out var to) is { } wrong)
            return wrong.ToProblem();
        var lines = await Lines(actor, query.Agent, from, to, zone, with, ct);
        return TypedResults.Ok(new PresenceDayList([.. lines.Select(Item)], zone.Id, Date(from), Date(to)));
    }

    public static async Task Export([AsParameters] Query query, Actor actor, [AsParameters] Services with, HttpContext context, CancellationToken ct)
    {
        var zone = await with.Day.Zone(actor.Ws, ct);
        if (Range(query, zone, with.Clock, MostExported, out var from, out var to) is { } wrong)
        {
            await wrong.ToProblem().ExecuteAsync(context);
            return;
        }
        await Audit.Reading(with.Storage, actor, context, "presence.exported", "workspace", null, new { from, to, query.Agent }, ct);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"presence.csv\"";
        context.Response.Headers.CacheControl = "no-store";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        var locale = Locale.Of(context);
        await writer.WriteAsync(Csv.Line([.. Columns.Select(column => Messages.Text(locale, "presence_csv_" + column))]));
        foreach (var line in await Lines(actor, query.Agent, from, to, zone, with, ct))
            await writer.WriteAsync(Csv.Line(Cells(line, zone)));
    }

    private static async Task<List<Line>> Lines(Actor actor, Guid? only, DateOnly from, DateOnly to, TimeZoneInfo zone, Services with, CancellationToken ct)
    {
        var (begin, end) = (WorkDay.BeginOf(from, zone).ToUnixTimeMilliseconds(), WorkDay.BeginOf(to.AddDays(1), zone).ToUnixTimeMilliseconds());
        await using var db = with.Storage.Read(actor.Ws);
        var all = db.Table<PresenceChange>().AsNoTracking().Where(row => row.Ws == actor.Ws && (only == null || row.AgentId == only));
        var changes = await all.Where(row => row.At >= begin && row.At < end).ToListAsync(ct);
        var before = all.Where(row => row.At < begin).GroupBy(row => row.AgentId).Select(group => new { AgentId = group.Key, At = group.Max(row => row.At) });
        changes.AddRange(await all.Join(before, row => new { row.AgentId, row.At }, last => new { last.AgentId, last.At }, (row, _) => row).ToListAsync(ct));
        var lines = new List<Line>();
        foreach (var agent in changes.GroupBy(change => change.AgentId))
        {
            if (actor.Knows(agent.Key) && await with.Agents.Find(actor.Ws, agent.Key, ct) is { } person)
                lines.AddRange(PresenceDays.Of([.. agent.OrderBy(change => change.At)], from, to, zone, Math.Min(end, with.Clock.GetUtcNow().ToUnixTimeMilliseconds())).Select(day => new Line(person, day)));
        }
        return [.. lines.OrderByDescending(line => line.Day.Day).ThenBy(line => line.Agent.Name, StringComparer.CurrentCulture).ThenBy(line => line.Agent.Id)];
    }

    private static Refusal? Range(Query query, TimeZoneInfo zone, TimeProvider clock, int most, out DateOnly from, out DateOnly to)
    {
        to = query.To ?? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone).DateTime);
        from = query.From ?? to;
        return from > to || to.DayNumber - from.DayNumber >= most || from.Year < 2000 || to.Year > 9000 ? Refusal.Invalid("from", "out_of_range", 1, most) : null;
    }

    private static PresenceDayItem Item(Line line) => new(
        line.Agent.Id, line.Agent.Name, Date(line.Day.Day), WireTime.Format(line.Day.Begin), WireTime.Format(line.Day.End), WireTime.Format(line.Day.Spans[0].From), WireTime.Format(line.Day.Spans[^1].To),
        line.Day.Milliseconds(PresenceStatus.Online) / 1000, line.Day.Milliseconds(PresenceStatus.Busy) / 1000, line.Day.Milliseconds(PresenceStatus.Away) / 1000,
        [.. line.Day.Spans.Select(span => new PresenceSpanItem(WireTime.Format(span.From), WireTime.Format(span.To), span.Status, span.Reason))]);

    private static IEnumerable<string?> Cells(Line line, TimeZoneInfo zone) =>
    [
        Date(line.Day.Day), line.Agent.Name, Local(line.Day.Spans[0].From, zone), Local(line.Day.Spans[^1].To, zone),
        PresenceDays.Clock(line.Day.Milliseconds(PresenceStatus.Online)), PresenceDays.Clock(line.Day.Milliseconds(PresenceStatus.Busy)), PresenceDays.Clock(line.Day.Milliseconds(PresenceStatus.Away)),
        string.Join("; ", line.Day.Spans.Where(span => span.Reason is not null && span.Status != PresenceStatus.Online).GroupBy(span => span.Reason).Select(group => $"{group.Key} {PresenceDays.Clock(group.Sum(span => span.To - span.From))}")),
    ];

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Local(long at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
