using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs.Recurring;

/// <summary>A job of the server itself that comes again and again, registered by a module.</summary>
/// <param name="Name">Stored: never rename.</param>
/// <param name="Kind">A kind whose payload is empty.</param>
/// <param name="Rule">See <see cref="Cron"/>; in UTC.</param>
internal sealed record RecurringJob(string Name, string Kind, string Rule);

/// <summary>Jobs that come again and again. A tick is an update, so of many servers one adds the job; ticks that were slept through are made up once.</summary>
internal sealed class JobSchedules(IStorageEngine storage, JobQueue queue, JobKinds kinds, IEnumerable<RecurringJob> declared, Ids ids)
{
    /// <summary>Sets (or changes) a workspace's recurring job, in the transaction of whoever wants it.</summary>
    /// <exception cref="ArgumentException">The rule or the zone cannot be meant: check them first.</exception>
    public async Task Set(WriteUnit unit, NewJob job, string name, string rule, string timeZone, CancellationToken ct)
    {
        var cron = Cron.Parse(rule) ?? throw new ArgumentException($"'{rule}' is no rule.", nameof(rule));
        if (!kinds.Knows(job.Kind))
            throw new ArgumentException($"Nobody handles jobs of the kind '{job.Kind}'.", nameof(job));
        var next = cron.Next(unit.Ids.Now(), Zone(timeZone));
        var row = await unit.Db.Table<JobScheduleRow>().SingleOrDefaultAsync(schedule => schedule.Ws == job.Ws && schedule.Name == name, ct);
        if (row is null)
        {
            unit.Db.Table<JobScheduleRow>().Add(new JobScheduleRow
            {
                Ws = job.Ws, Name = name, Kind = job.Kind, Payload = job.Payload, Rule = rule, TimeZone = timeZone, NextAt = next,
            });
        }
        else
        {
            if (row.Rule != rule || row.TimeZone != timeZone)
                row.NextAt = next;
            (row.Kind, row.Payload, row.Rule, row.TimeZone) = (job.Kind, job.Payload, rule, timeZone);
        }
        await unit.Db.SaveChangesAsync(ct);
    }

    public static Task Remove(WriteUnit unit, int ws, string name, CancellationToken ct) =>
        unit.Db.Table<JobScheduleRow>().Where(schedule => schedule.Ws == ws && schedule.Name == name).ExecuteDeleteAsync(ct);

    /// <summary>Writes down what the modules registered; what is no longer registered goes.</summary>
    public Task Declare(CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        foreach (var one in declared)
            await Set(unit, new NewJob(0, one.Kind, "{}"u8.ToArray()), one.Name, one.Rule, "UTC", stop);
        var names = declared.Select(one => one.Name).ToList();
        await unit.Db.Table<JobScheduleRow>().Where(schedule => schedule.Ws == 0 && !names.Contains(schedule.Name)).ExecuteDeleteAsync(stop);
        return 0;
    }, ct);

    /// <summary>Adds a job for every schedule whose time has come.</summary>
    public async Task Tick(CancellationToken ct)
    {
        List<JobScheduleRow> due;
        await using (var db = storage.ReadSystem())
        {
            var now = ids.Now();
            due = await db.Table<JobScheduleRow>().AsNoTracking().Where(schedule => schedule.NextAt <= now).OrderBy(schedule => schedule.NextAt).Take(200).ToListAsync(ct);
        }
        foreach (var schedule in due)
            await storage.In(schedule.Ws, (unit, stop) => Tick(unit, schedule, stop), ct);
    }

    private async Task<bool> Tick(WriteUnit unit, JobScheduleRow schedule, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var next = Cron.Parse(schedule.Rule)!.Next(now, Zone(schedule.TimeZone));
        var mine = await unit.Db.Table<JobScheduleRow>()
            .Where(row => row.Ws == schedule.Ws && row.Name == schedule.Name && row.NextAt == schedule.NextAt)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, next).SetProperty(row => row.LastAt, now), ct);
        var lane = "recurring/" + schedule.Name;
        // The one before is still at it: the next tick will do.
        if (mine == 1 && kinds.Knows(schedule.Kind) && !await unit.Db.Table<JobLaneRow>().AnyAsync(row => row.Ws == schedule.Ws && row.Lane == lane, ct))
            await queue.Add(unit, new NewJob(schedule.Ws, schedule.Kind, schedule.Payload) { Lane = lane }, ct);
        return mine == 1;
    }

    /// <summary>A zone that this machine does not know any more must not stop the clock.</summary>
    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Utc;
}
