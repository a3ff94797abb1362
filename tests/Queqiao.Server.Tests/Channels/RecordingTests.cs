using System.Net;
using Queqiao.Server.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>What came in can be taken out as it came, and put in again.</summary>
public sealed class RecordingTests
{
    private static async Task<List<HookRecordings.Line>> Replay(HookRecordings recordings, string lines, Guid? into, bool dry)
    {
        var told = new List<HookRecordings.Line>();
        await foreach (var line in recordings.Replay(new StringReader(lines), into, dry, default))
            told.Add(line);
        return told;
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Recorded_deliveries_are_verified_and_read_again_and_stored_once(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        await outside.Deliver(OutsideSite.Message("m1", "第一"));
        await outside.Deliver(OutsideSite.Message("m2", "第二"), OutsideSite.Message("m3", "第三"));
        await outside.Digest();
        var recordings = new HookRecordings(site.Storage, site.Time);
        using var written = new StringWriter();
        Assert.Equal(2, await recordings.Record(outside.Channel, onlyParked: false, written, default));
        Assert.Null(await recordings.Record(Guid.NewGuid(), onlyParked: false, written, default));
        var lines = written.ToString();

        // Into the same channel: known already.
        Assert.All(await Replay(recordings, lines, null, dry: false), line => Assert.Null(line.Refused));
        Assert.Equal(2, await outside.Digest());
        Assert.Equal(["第一", "第二", "第三"], await outside.Texts());

        // Into another with the same secret, days later: as if they came by that one.
        site.Time.Move(TimeSpan.FromDays(2));
        using var other = await OutsideSite.Open(site);
        Assert.Equal(["message", "message message"], (await Replay(recordings, lines, other.Channel, dry: true)).Select(line => string.Join(' ', line.Events)));
        Assert.Equal(0, await other.Digest());
        await Replay(recordings, lines, other.Channel, dry: false);
        Assert.Equal(2, await other.Digest());
        Assert.Equal(["第一", "第二", "第三"], await other.Texts());

        // What was changed is not what was signed; the rest of the file is taken.
        var told = await Replay(recordings, lines.Replace("m1", "m9", StringComparison.Ordinal) + "\nno json\n", other.Channel, dry: true);
        Assert.Equal(["bad_signature", null, "malformed"], told.Select(line => line.Refused));
        Assert.Equal("no_channel", (await Replay(recordings, lines, Guid.NewGuid(), dry: true))[0].Refused);
    }
}
