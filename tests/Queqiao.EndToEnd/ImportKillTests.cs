using System.Text;
using Queqiao.EndToEnd.Support;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.EndToEnd;

/// <summary>kill -9 in the middle of an import of contacts: every row becomes one contact, and the import says so.</summary>
public sealed class ImportKillTests
{
    private const int Rows = 3_000;

    [Theory, OnSqlite(2), OnPostgres(1)] // on PostgreSQL a dead server's jobs wait for their lease to run out
    public async Task Imports_survive_kill_9_and_import_each_row_once(string engine, int kills)
    {
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        var csv = Encoding.UTF8.GetBytes("name,email\n" + string.Concat(Enumerable.Range(0, Rows).Select(n => $"P{n},p{n}@example.com\n")));
        var file = (await owner.Send(HttpMethod.Post, "/api/v1/files", new { name = "people.csv", size = csv.Length })).GetProperty("id").GetString()!;
        await owner.Piece(file, 0, new ByteArrayContent(csv));
        var import = (await owner.Send(HttpMethod.Post, "/api/v1/contacts/imports", new { fileId = file })).GetProperty("id").GetGuid();
        await owner.Send(HttpMethod.Post, $"/api/v1/contacts/imports/{import}/start", new { format = new { encoding = "utf-8", delimiter = ",", hasHeader = true }, columns = new[] { "name", "identity:email" } });

        for (var kill = 0; kill < kills; kill++)
        {
            var target = Rows * (kill + 1) / (kills + 2);
            await Until.True(async () => await Added(owner, import) >= target, "the import goes on", seconds: (int)JobStore.Lease.TotalSeconds + 120);
            await site.Kill();
            await site.StartServer();
        }
        await Until.True(async () => (await owner.Send(HttpMethod.Get, $"/api/v1/contacts/imports/{import}")).GetProperty("state").GetString() == "done", "all is done", seconds: (int)JobStore.Lease.TotalSeconds + 180);

        Assert.Equal(Rows, await Added(owner, import));
        var names = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await owner.Send(HttpMethod.Get, "/api/v1/contacts?limit=100" + (cursor == "" ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("name").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        Assert.Equal(Enumerable.Range(0, Rows).Select(n => $"P{n}").Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    private static async Task<int> Added(Owner owner, Guid import) =>
        (await owner.Send(HttpMethod.Get, $"/api/v1/contacts/imports/{import}")).GetProperty("counts").GetProperty("added").GetInt32();
}
