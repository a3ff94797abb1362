using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing;

namespace Queqiao.Server.Demo;

/// <summary>A week in which the demo shop's colleagues came, took breaks and went, once.</summary>
internal sealed class DemoPresence(IStorageEngine storage, IPresenceHistory history, IWorkDay day, Ids ids)
{
    private const string Seeded = "demo.presence";
    private const int Days = 7;
    private const int Seed = 20_261_126;

    public async Task Run(int ws, CancellationToken ct)
    {
        if (await Audit.LastObjectOf(storage, ws, Seeded, ct) is not null)
            return;
        var random = new Random(Seed);
        var midnight = await day.Begin(ws, ct);
        var moments = new List<PresenceMoment>();
        foreach (var colleague in DemoPeople.Colleagues.Where(one => one.Role is "owner" or "supervisor" or "agent"))
        {
            if (await Accounts.Find(storage, ws, colleague.Email, ct) is { } account)
                moments.AddRange(Enumerable.Range(1, Days).SelectMany(back => Shift(account.Id, midnight - (long)TimeSpan.FromDays(back).TotalMilliseconds, random)));
        }
        await storage.Run(ws, async (unit, stop) =>
        {
            history.Enter(unit, moments.Where(one => one.At < ids.Now()));
            await Audit.Record(unit, AuditBy.System(ws), Seeded, "workspace", "presence", null, stop);
            return 0;
        }, ct);
    }

    private static IEnumerable<PresenceMoment> Shift(Guid agent, long midnight, Random random)
    {
        var begins = (random.Next(4) == 0 ? 13 * 60 : 9 * 60) + random.Next(-8, 20);
        (int Minute, string Status, string? Reason)[] shift =
        [
            (begins, "online", null), (begins + 95 + random.Next(30), "busy", null), (begins + 140 + random.Next(20), "online", null), (begins + 180 + random.Next(20), "away", "午休"), (begins + 240 + random.Next(15), "online", null),
            (begins + 340 + random.Next(40), "away", "小组会"), (begins + 390 + random.Next(30), "online", null), (begins + 510 + random.Next(-10, 45), "offline", null),
        ];
        return shift.Select(one => new PresenceMoment(agent, midnight + (one.Minute * 60_000L) + random.Next(60_000), one.Status, one.Reason));
    }
}
