using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Contacts;

/// <summary>A CSV file becomes contacts: looked at, tried, imported, its problems given back, and undone.</summary>
public sealed class ImportTests
{
    private const string Path = "/api/v1/contacts/imports";

    private static async Task<JsonElement> Upload(Site site, string csv, Encoding? encoding = null)
    {
        using var up = Uploader.Of(site.Owner);
        var file = await up.Put("客户.csv", (encoding ?? Encoding.UTF8).GetBytes(csv));
        return (await site.Owner.Api.Post(Path, new { fileId = file })).Expect(HttpStatusCode.Created);
    }

    private static object Plan(JsonElement import, string[]? columns = null, string existing = "fill", bool addNew = true, string[]? matchBy = null) => new
    {
        format = new { encoding = import.GetProperty("format").Text("encoding"), delimiter = import.GetProperty("format").Text("delimiter"), hasHeader = import.GetProperty("format").GetProperty("hasHeader").GetBoolean() },
        columns = columns ?? Guesses(import), existing, addNew, matchBy,
    };

    private static string[] Guesses(JsonElement import) => [.. import.GetProperty("columns").EnumerateArray().Select(column => column.Text("guess"))];

    private static async Task<JsonElement> Import(Site site, JsonElement import, object plan)
    {
        (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/start", plan)).Expect(HttpStatusCode.Accepted);
        await site.RunDueJobs();
        return await Show(site, import);
    }

    private static async Task<JsonElement> Show(Site site, JsonElement import) => (await site.Owner.Api.Get($"{Path}/{import.Text("id")}")).Expect(HttpStatusCode.OK);

    private static string Counts(JsonElement import) => string.Join(' ', import.GetProperty("counts").EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.Number && one.Value.GetInt32() > 0 && one.Name is not ("rows" or "problems")).Select(one => $"{one.Name} {one.Value}"));

    private static async Task<string> Csv(Site site, string path)
    {
#pragma warning disable RS0030 // tests speak to their own server
        using var http = new HttpClient { BaseAddress = site.Address };
#pragma warning restore RS0030
        http.DefaultRequestHeaders.Add("Cookie", site.Owner.Cookie);
        http.DefaultRequestHeaders.Add("Accept-Language", "en");
        return await http.GetStringAsync(path);
    }

    private static async Task<List<JsonElement>> People(Site site, string query = "") => [.. (await site.Owner.Api.Get("/api/v1/contacts" + query)).Expect(HttpStatusCode.OK).Items()];

    private const string Customers = "姓名,手机号,邮箱,标签,级别,营销同意\r\n" +
        "王芳,138 0000 1111,fang@example.com,vip；老客户,金牌,是\r\n" +
        "=HYPERLINK(\"x\"),,bad-address,,金牌,\r\n" +
        "李雷,+86 13900002222,,,铜牌,\r\n" +
        "韩梅梅,,mei@example.com,,,否\r\n" +
        "王芳二,+8613800001111,,,,\r\n" +
        ",,,vip,,\r\n";

    private static async Task Level(Site site) => (await site.Owner.Api.Post("/api/v1/custom-fields", new
    {
        @object = "contact", key = "level", name = "级别", kind = "single", @class = "internal", options = new[] { new { id = "gold", label = "金牌" }, new { id = "silver", label = "银牌" } },
    })).Expect(HttpStatusCode.Created);

    [Theory, OnSqlite, OnPostgres]
    public async Task A_file_is_looked_at_tried_imported_and_undone(string engine)
    {
        await using var site = await Site.Open(engine);
        await Level(site);
        var import = await Upload(site, Customers, CodePagesEncodingProvider.Instance.GetEncoding("gb18030"));
        Assert.Equal(("gb18030", 6, "draft"), (import.GetProperty("format").Text("encoding"), import.GetProperty("total").GetInt32(), import.Text("state")));
        Assert.Equal(["name", "identity:phone", "identity:email", "tags", "field:level", "consent:marketing"], Guesses(import));

        var preview = (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/preview", Plan(import), ("Accept-Language", "en"))).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal(["add", "failed", "failed", "add", "duplicate", "failed"], preview.Select(row => row.Text("outcome")));
        Assert.Equal((2L, "The same person as in row 1; only that one counts."), (preview[1].Long("column"), preview[4].Text("text")));
        Assert.Equal(["name", "identity:phone", "identity:email", "tags", "field:level", "consent:marketing"], preview[0].GetProperty("changes").EnumerateArray().Select(one => one.GetString()));

        (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/check", Plan(import))).Expect(HttpStatusCode.Accepted);
        Assert.Equal("import_busy", (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/start", Plan(import))).Code);
        await site.RunDueJobs();
        var tried = await Show(site, import);
        Assert.Equal(("checked", "added 2 duplicates 1 failed 3"), (tried.Text("state"), Counts(tried)));
        Assert.Empty(await People(site));

        var done = await Import(site, import, Plan(import));
        Assert.Equal(("done", "added 2 duplicates 1 failed 3", JsonValueKind.Null), (done.Text("state"), Counts(done), done.GetProperty("columns").ValueKind));
        var fang = Assert.Single(await People(site, "?q=13800001111"));
        Assert.Equal(("王芳", "fang@example.com", false), (fang.Text("name"), fang.Text("email"), fang.GetProperty("verified").GetBoolean()));
        var view = (await site.Owner.Api.Get("/api/v1/contacts/" + fang.Text("id"))).Expect(HttpStatusCode.OK);
        Assert.NotNull(view.GetProperty("fields").Maybe("level"));
        Assert.Equal(["vip", "老客户"], view.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!).Order(StringComparer.Ordinal));
        var consents = (await site.Owner.Api.Get($"/api/v1/contacts/{fang.Text("id")}/consents")).Expect(HttpStatusCode.OK);
        Assert.True(consents.GetProperty("allowed").GetProperty("marketing").GetBoolean());
        Assert.Equal(("import", "given"), (consents.Items().Single().Text("how"), consents.Items().Single().Text("act")));

        // what nothing came of comes back, ready to be mended, and no formula in it
        var problems = (await Csv(site, $"{Path}/{import.Text("id")}/problems")).TrimStart('\ufeff').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, problems.Length);
        Assert.StartsWith("Row,Problem,Column,name,identity:phone", problems[0], StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"x\"\")\"", problems[1], StringComparison.Ordinal);
        Assert.StartsWith("2,", problems[1], StringComparison.Ordinal);
        Assert.Contains("金牌, 银牌", problems[2], StringComparison.Ordinal);

        // Mei is touched by somebody, Fang is not
        var mei = Assert.Single(await People(site, "?q=" + Uri.EscapeDataString("韩梅梅")));
        await site.Owner.Api.Post($"/api/v1/contacts/{mei.Text("id")}/notes", new { text = "called today" });
        (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/undo", new { })).Expect(HttpStatusCode.Accepted);
        await site.RunDueJobs();
        var undone = (await Show(site, import)).GetProperty("undo");
        Assert.Equal(("done", 1L, 1L), (undone.Text("state"), undone.Long("undone"), undone.Long("notUndone")));
        Assert.Equal("韩梅梅", Assert.Single(await People(site)).Text("name"));
        Assert.Empty(await People(site, "?q=fang@example.com"));
        Assert.Equal("import_not_undoable", (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/undo", new { })).Code);
        Assert.Contains("has happened to them since", await Csv(site, $"{Path}/{import.Text("id")}/problems"), StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_is_known_is_filled_or_overwritten_and_gets_back_what_was_before(string engine)
    {
        await using var site = await Site.Open(engine);
        await Level(site);
        await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "birthday", name = "生日", kind = "date", @class = "personal" });
        var ann = (await site.Owner.Api.Post("/api/v1/contacts", new { name = "Ann", tags = new[] { "old" }, fields = new { birthday = "1990-01-01" }, identities = new[] { new { kind = "email", externalId = "ann@example.com" } } })).Expect(HttpStatusCode.Created);
        var path = "/api/v1/contacts/" + ann.Text("id");
        const string csv = "name;email;phone;tags;级别;生日\nAnna;ANN@example.com;13800001111;new;银牌;1991-02-02\n";

        Assert.Equal("passedOver 1", Counts(await Import(site, await Upload(site, csv), Plan(await Upload(site, csv), existing: "skip"))));
        var filled = await Import(site, await Upload(site, csv), Plan(await Upload(site, csv)));
        Assert.Equal("changed 1", Counts(filled));
        var now = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.Equal(("Ann", "1990-01-01", 2), (now.Text("name"), now.GetProperty("fields").Text("birthday"), now.GetProperty("identities").GetArrayLength()));
        Assert.NotNull(now.GetProperty("fields").Maybe("level"));

        var over = await Import(site, await Upload(site, csv), Plan(await Upload(site, csv), existing: "overwrite"));
        Assert.Equal("changed 1", Counts(over));
        now = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.Equal(("Anna", "1991-02-02"), (now.Text("name"), now.GetProperty("fields").Text("birthday")));
        Assert.Equal("unchanged 1", Counts(await Import(site, await Upload(site, csv), Plan(await Upload(site, csv), existing: "overwrite"))));

        foreach (var one in (JsonElement[])[over, filled])
            (await site.Owner.Api.Post($"{Path}/{one.Text("id")}/undo", new { })).Expect(HttpStatusCode.Accepted);
        await site.RunDueJobs();
        now = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.Equal(("Ann", "1990-01-01"), (now.Text("name"), now.GetProperty("fields").Text("birthday")));
        // the first import's undo finds the person as the second one's undo has left them, not as it left them itself: it leaves them alone
        Assert.Equal((1L, 0L), ((await Show(site, over)).GetProperty("undo").Long("undone"), (await Show(site, over)).GetProperty("undo").Long("notUndone")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_import_that_is_interrupted_goes_on_and_imports_each_row_once(string engine)
    {
        await using var site = await Site.Open(engine);
        var csv = "name,email\n" + string.Concat(Enumerable.Range(0, 120).Select(n => $"P{n},p{n}@example.com\n"));
        var import = await Upload(site, csv);
        (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/start", Plan(import))).Expect(HttpStatusCode.Accepted);
        // the database goes away in the middle of a batch: what was saved before is not done again
        await site.Storage.RunSystem(async (unit, ct) =>
        {
            await Sql(unit, engine == Engines.Sqlite
                ? "CREATE TRIGGER break BEFORE INSERT ON contact_import_row WHEN NEW.no = 60 BEGIN SELECT RAISE(ABORT, 'away'); END"
                : "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.no = 60 THEN RAISE EXCEPTION 'away'; END IF; RETURN NEW; END $$; CREATE TRIGGER break BEFORE INSERT ON contact_import_row FOR EACH ROW EXECUTE FUNCTION away()", site, ct);
            return 0;
        }, default);
        await site.RunDueJobs();
        Assert.Equal("added 50", Counts(await Show(site, import)));
        await site.Storage.RunSystem(async (unit, ct) =>
        {
            await Sql(unit, engine == Engines.Sqlite ? "DROP TRIGGER break" : "DROP TRIGGER break ON contact_import_row", site, ct);
            return 0;
        }, default);
        site.Time.Move(TimeSpan.FromMinutes(1));
        await site.RunDueJobs();
        var done = await Show(site, import);
        Assert.Equal(("done", "added 120"), (done.Text("state"), Counts(done)));
        await using var db = site.Storage.Read(1);
        Assert.Equal((120, 120), (await db.Visible(Scope<Contact>.Workspace(1)).CountAsync(), await db.Visible(Scope<ContactIdentifier>.Workspace(1)).CountAsync()));
    }

    private static async Task Sql(Server.Platform.Storage.WriteUnit unit, string sql, Site site, CancellationToken ct)
    {
        if (site.Database is { } database)
        {
            await using var owner = new Npgsql.NpgsqlConnection(database.Owner + ";Pooling=false");
            await owner.OpenAsync(ct);
            await using var command = owner.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(ct);
            return;
        }
        await using var here = unit.Connection.CreateCommand();
        here.Transaction = unit.Transaction;
        here.CommandText = sql;
        await here.ExecuteNonQueryAsync(ct);
    }

    [Fact]
    public async Task The_file_and_what_is_kept_of_it_is_unreadable_and_goes()
    {
        await using var site = await Site.Open();
        var import = await Upload(site, "name,email\nCanary Zephyrine,not-an-address-zephyr\nOther Zephyr,z@zephyr.example\n");
        await Import(site, import, Plan(import));
        foreach (var file in Directory.EnumerateFiles(site.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory);
            Assert.DoesNotContain("zephyr", Encoding.Latin1.GetString(memory.ToArray()), StringComparison.OrdinalIgnoreCase);
        }
        await site.The<FileSweep>().RunOnce(default);
        Assert.Empty(Directory.EnumerateFiles(System.IO.Path.Combine(site.Folder, "files"), "*", SearchOption.AllDirectories));
        Assert.Contains("zephyr", await Csv(site, $"{Path}/{import.Text("id")}/problems"), StringComparison.Ordinal);

        await site.The<JobSchedules>().Declare(default);
        site.Time.Move(TimeSpan.FromDays(8));
        await site.The<JobSchedules>().Tick(default);
        await site.RunDueJobs();
        Assert.DoesNotContain("zephyr", await Csv(site, $"{Path}/{import.Text("id")}/problems"), StringComparison.Ordinal);
        Assert.Equal("import_not_undoable", (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/undo", new { })).Code);
        Assert.Single((await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Items());
        site.Time.Move(TimeSpan.FromDays(90));
        await site.The<JobSchedules>().Tick(default);
        await site.RunDueJobs();
        Assert.Empty((await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Items());
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_and_only_administrators_import()
    {
        await using var site = await Site.Open();
        using var up = Uploader.Of(site.Owner);
        async Task<string> Refused(string csv) => (await site.Owner.Api.Post(Path, new { fileId = await up.Put("x.csv", Encoding.UTF8.GetBytes(csv)) })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").GetProperty("fileId")[0].GetString()!;
        Assert.Contains("2", await Refused("name\n\"never closed\n"), StringComparison.Ordinal);
        Assert.NotEmpty(await Refused("name,email\n"));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(Path, new { fileId = Guid.NewGuid() })).Status);
        var supervisor = await site.Agent("supervisor");
        Assert.Equal(HttpStatusCode.Forbidden, (await supervisor.Api.Get(Path)).Status);
        using var theirs = Uploader.Of(supervisor);
        var file = await theirs.Put("x.csv", "name\nAnn\n"u8.ToArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(Path, new { fileId = file })).Status);

        var import = await Upload(site, "name,email\nAnn,a@example.com\n");
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/start", Plan(import, ["name"]))).Status);
        // whoever asked for it may no longer do it
        (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/cancel", new { })).Expect(HttpStatusCode.OK);
        Assert.Equal("import_ended", (await site.Owner.Api.Post($"{Path}/{import.Text("id")}/start", Plan(import))).Code);
        var other = await Upload(site, "name\nAnn\n");
        (await site.Owner.Api.Post($"{Path}/{other.Text("id")}/start", Plan(other))).Expect(HttpStatusCode.Accepted);
        (await site.Owner.Api.Post($"{Path}/{other.Text("id")}/cancel", new { })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Equal(("cancelled", 0), ((await Show(site, other)).Text("state"), (await People(site)).Count));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Our_own_export_comes_back_without_changing_anybody(string engine)
    {
        await using var site = await Site.Open(engine);
        await Level(site);
        await site.Owner.Api.Post("/api/v1/contacts", new { name = "+王芳", tags = new[] { "vip" }, identities = new[] { new { kind = "phone", externalId = "+86 138 0000 1111" } } });
        await site.Owner.Api.Post("/api/v1/contacts", new { name = "李雷", identities = new[] { new { kind = "email", externalId = "li@example.com" } } });
        var csv = await Csv(site, "/api/v1/contacts/export");
        var import = await Upload(site, csv);
        Assert.Equal("unchanged 2", Counts(await Import(site, import, Plan(import, existing: "overwrite"))));
    }

    [Fact]
    public async Task Exports_for_a_purpose_hold_who_agreed_to_it()
    {
        await using var site = await Site.Open();
        var import = await Upload(site, "name,email,marketing\nYes,y@example.com,yes\nNo,n@example.com,no\nNever,v@example.com,\n");
        await Import(site, import, Plan(import));
        Assert.Equal(4, Lines(await Csv(site, "/api/v1/contacts/export")));
        var marketing = await Csv(site, "/api/v1/contacts/export?purpose=marketing");
        Assert.Equal(2, Lines(marketing));
        Assert.Contains("y@example.com", marketing, StringComparison.Ordinal);
        var objected = (await People(site, "?q=n@example.com")).Single().Text("id");
        await site.Owner.Api.Post($"/api/v1/contacts/{objected}/consents", new { purpose = "service", given = false });
        Assert.Equal(3, Lines(await Csv(site, "/api/v1/contacts/export")));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Get("/api/v1/contacts/export?purpose=fun")).Status);

        static int Lines(string csv) => csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length;
    }

    [Fact]
    public async Task Erasing_somebody_takes_what_imports_remember_of_them()
    {
        await using var site = await Site.Open();
        var import = await Upload(site, "name,email\nAnn,ann@example.com\nAnn again,bad\n");
        await Import(site, import, Plan(import));
        var waiting = await Upload(site, "name,email\nAnn,ann@example.com\n");
        var ann = (await People(site, "?q=ann@example.com")).Single().Text("id");
        var receipt = (await site.Owner.Api.Post($"/api/v1/contacts/{ann}/erase", new { reason = "asked" })).Expect(HttpStatusCode.OK).GetProperty("receipt");
        Assert.Equal((2L, 1L), (receipt.Long("importRows"), receipt.Long("importFiles")));
        Assert.DoesNotContain("Ann", await Csv(site, $"{Path}/{import.Text("id")}/problems"), StringComparison.Ordinal);
        Assert.Equal("import_ended", (await site.Owner.Api.Post($"{Path}/{waiting.Text("id")}/start", Plan(waiting))).Code);
        Assert.Equal("cancelled", (await Show(site, waiting)).Text("state"));
    }
}
