using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Observing;
using Queqiao.Server.Platform.Storage.Inspection;

namespace Queqiao.Server.Tests.Platform.Diagnosis;

public sealed class SlowStatementTests
{
    [Theory]
    [InlineData("SELECT a\n  FROM t1 WHERE name = 'O''Brien 王' AND n > 12.5", "SELECT a FROM t1 WHERE name = ? AND n > ?")]
    [InlineData("SELECT 1 FROM t WHERE id IN (@p1, @p2, @p3) AND x = $4", "SELECT ? FROM t WHERE id IN (…) AND x = $4")]
    [InlineData("UPDATE c SET position = v.column3 FROM (VALUES (1,2,3), (4, 5, 6)) v", "UPDATE c SET position = v.column3 FROM (VALUES (?,?,?), (…)) v")]
    public void A_statement_is_shown_without_its_values(string text, string shape) => Assert.Equal(shape, SlowStatements.Shape(text));

    [Fact]
    public void Only_slow_ones_are_kept_and_added_up()
    {
        SlowStatements.Note("SELECT quick_canary", TimeSpan.FromMilliseconds(199));
        SlowStatements.Note("SELECT slow_canary WHERE id = 17", TimeSpan.FromSeconds(100));
        SlowStatements.Note("SELECT slow_canary WHERE id = 18", TimeSpan.FromSeconds(300));
        var worst = SlowStatements.Worst(200);
        Assert.DoesNotContain(worst, one => one.Text.Contains("quick_canary", StringComparison.Ordinal));
        var slow = Assert.Single(worst, one => one.Text.Contains("slow_canary", StringComparison.Ordinal));
        Assert.Equal((2L, 400_000.0, 300_000.0), (slow.Times, slow.Total, slow.Longest));
    }

    [Fact]
    public void Thresholds_of_the_database_and_the_queues()
    {
        Assert.Equal("doctor_pg_few_connections", PostgresRoom.Connections(20).Code);
        Assert.Equal("doctor_pg_connections", PostgresRoom.Connections(97).Code);
        Assert.Equal("doctor_pg_wal_large", PostgresRoom.Log(5L << 30).Code);
        Assert.Equal("doctor_pg_slot", Assert.Single(PostgresRoom.Slots(2L << 30)).Code);
        Assert.Equal("doctor_pg_tls", PostgresRoom.Way("db.example.com", encrypted: true).Code);
        Assert.Equal("doctor_pg_local", PostgresRoom.Way("127.0.0.1", encrypted: false).Code);
        Assert.Equal("doctor_pg_local", PostgresRoom.Way("/var/run/postgresql", encrypted: false).Code);
        Assert.Equal("doctor_pg_plain", PostgresRoom.Way("db.example.com", encrypted: false).Code);
        Assert.Equal(["doctor_jobs_late", "doctor_jobs_dead", "doctor_listeners_late"], QueueState.Judge(TimeSpan.FromMinutes(6), 1, 30_000).Select(found => found.Code));
        Assert.Equal(["doctor_jobs", "doctor_listeners"], QueueState.Judge(TimeSpan.FromMinutes(-6), 0, 100).Select(found => found.Code));
    }
}
