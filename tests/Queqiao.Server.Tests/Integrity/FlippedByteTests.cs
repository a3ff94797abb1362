using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Cli;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Integrity;

/// <summary>One byte flipped in a page, in a ciphertext, in a file: noticed, told, and everything else is served.</summary>
public sealed class FlippedByteTests
{
    private const int PageSize = 4096;

    [Fact]
    public async Task A_damaged_page_of_sqlite_hurts_who_needs_it_only()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var conversations = new List<Guid>();
        for (var person = 0; person < 30; person++)
        {
            store.Clock.Move(TimeSpan.FromMilliseconds(1)); // their ids are in order then, and far apart in the file
            for (var n = 0; n < 3; n++)
                conversations.Add(((LogOutcome.Stored)await store.Node.CustomerSays($"p{person}", new string('x', 900), $"{n}")).ConversationId);
        }
        var bodies = new List<(Guid Conversation, byte[] Body)>();
        foreach (var conversation in conversations[30..60])
            bodies.Add((conversation, await Body(store, conversation)));
        await store.Node.Engine.Scrub(CancellationToken.None); // the log goes back into the file
        await store.Node.DisposeAsync();
        SqliteConnection.ClearAllPools();
        // A page above the leaves leads to many rows: damage there hurts more than one.
        var (hurt, body) = bodies.First(one => IsOnLeaf(store.Options.SqliteFile, one.Body));
        FlipPageOf(store.Options.SqliteFile, body);
        await store.Restart();

        var noticed = Times("database");
        await Assert.ThrowsAnyAsync<Exception>(() => Entries(store, hurt));
        Assert.True(Times("database") > noticed, "it was not noticed");
        Assert.Equal(3, await Entries(store, conversations[0]));
        Assert.Equal(3, await Entries(store, conversations[^1]));

        // Writing goes on beside it, in the same batch too.
        var writing = Enumerable.Range(0, 30).Select(person => store.Node.CustomerSays($"p{person}", "still here", "more")).ToList();
        await Task.WhenAll(writing.Select(one => one.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.True(writing.Count(one => one.IsCompletedSuccessfully && one.Result is LogOutcome.Stored) >= 20, "others cannot write");

        await store.Node.DisposeAsync();
        var (code, findings) = await Check(store.Options);
        Assert.Equal(Commands.Failed, code);
        Assert.Contains(findings, found => found is { Verdict: "FAIL", Code: "doctor_pages_damaged" });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_flipped_byte_of_a_ciphertext_is_on_the_system_page_and_in_the_check(string engine)
    {
        await using var store = await Store.Open(engine);
        var good = ((LogOutcome.Stored)await store.Node.CustomerSays("a", "one", "1")).ConversationId;
        var bad = (LogOutcome.Stored)await store.Node.CustomerSays("b", "two", "1");
        Assert.Equal(Commands.Done, (await Check(store.Options)).Code); // beside the running server
        await Raw(store, engine == Engines.Postgres
            ? $"UPDATE entry SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE conversation_id = '{bad.ConversationId}' AND type = 'message'"
            : $"UPDATE entry SET body = CAST(substr(body, 1, 40) || x'00' || substr(body, 42) AS BLOB) WHERE conversation_id = x'{Convert.ToHexString(bad.ConversationId.ToByteArray(true))}' AND type = 'message'");

        await Open(store, good);
        Assert.DoesNotContain(Damages.Known, damage => damage.Where.StartsWith(good.ToString(), StringComparison.Ordinal));
        await Open(store, bad.ConversationId);
        Assert.Contains(Damages.Known, damage => damage.What == "entry" && damage.Where == $"{bad.ConversationId}.{bad.Seq}" && damage.Ws == 1);
        var (code, findings) = await Check(store.Options);
        Assert.Equal(Commands.Failed, code);
        var found = Assert.Single(findings, line => line.Verdict == "FAIL");
        Assert.Equal("doctor_log_damaged", found.Code);
        Assert.Contains(bad.ConversationId.ToString(), found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_byte_of_a_stored_file_is_never_given_out()
    {
        await using var site = await Site.Open();
        using var agent = Uploader.Of(site.Owner);
        var (bad, good) = (await agent.Put("a.txt", Samples(200_000)), await agent.Put("b.txt", Samples(200_000)));
        var blob = Directory.EnumerateFiles(site.Folder, "*" + bad.Replace("-", "", StringComparison.Ordinal) + "*", SearchOption.AllDirectories).Single();
        Flip(blob, 150_000);
        Assert.Equal(200_000, (await agent.Bytes(good)).Length);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => agent.Bytes(bad)); // cut in the middle: half of it is not the file
        Assert.Contains(Damages.Known, damage => damage.What == "file" && damage.Where == bad);
        var page = (await site.Owner.Api.Get("/api/v1/system")).Expect(HttpStatusCode.OK);
        Assert.Contains(page.GetProperty("damaged").EnumerateArray(), damage => damage.Text("where") == bad);
    }

    private static byte[] Samples(int length) => [.. Enumerable.Range(0, length).Select(n => (byte)('a' + n % 7))];

    private static int Times(string what) => Damages.Known.Where(damage => damage.What == what).Sum(damage => damage.Times);

    private static void Flip(string file, long at)
    {
        using var stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = at;
        var one = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(one ^ 1));
    }

    /// <summary>The byte that says what kind of page it is.</summary>
    private static void FlipPageOf(string file, byte[] content)
    {
        var at = File.ReadAllBytes(file).AsSpan().IndexOf(content.AsSpan(0, 64));
        Assert.True(at > 0, "the row is not in the file");
        Flip(file, at / PageSize * PageSize);
    }

    /// <summary>Leaf of an index b-tree: 10 (https://www.sqlite.org/fileformat2.html#b_tree_pages).</summary>
    private static bool IsOnLeaf(string file, byte[] content)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(file);
        var at = bytes.IndexOf(content.AsSpan(0, 64));
        return at > 0 && bytes[at / PageSize * PageSize] == 10;
    }

    private static async Task<byte[]> Body(Store store, Guid conversation)
    {
        await using var db = store.Node.Engine.ReadSystem();
        return (await db.Visible(Scope<EntryRow>.Workspace(1)).Where(entry => entry.ConversationId == conversation).OrderBy(entry => entry.Seq).Skip(1).FirstAsync()).Body;
    }

    private static async Task<int> Entries(Store store, Guid conversation)
    {
        await using var db = store.Node.Engine.Read(1);
        return (await db.Visible(Scope<EntryRow>.Workspace(1)).Where(entry => entry.ConversationId == conversation).ToListAsync()).Count(entry => entry.Type == "message");
    }

    private static async Task Open(Store store, Guid conversation)
    {
        await using var db = store.Node.Engine.Read(1);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(1)).Where(entry => entry.ConversationId == conversation).ToListAsync();
        await new Server.Conversations.Sealing.ConversationSeals(store.Node.Engine, Microsoft.Extensions.Logging.Abstractions.NullLogger<Server.Conversations.Sealing.ConversationSeals>.Instance).Entries(rows, CancellationToken.None);
    }

    private static async Task Raw(Store store, string sql)
    {
        await using System.Data.Common.DbConnection connection = store.Engine == Engines.Sqlite
            ? new SqliteConnection($"Data Source={store.Options.SqliteFile};Pooling=false") : new Npgsql.NpgsqlConnection(store.Database.Admin + ";Pooling=false");
        await connection.OpenAsync();
        await connection.Run(sql);
    }

    private sealed record Line(string Topic, string Verdict, string Code, string Text);

    private static async Task<(int Code, List<Line> Lines)> Check(StorageOptions storage)
    {
        var output = new StringWriter();
        var code = await Commands.Run(new Command.Check(storage, Json: true), new Terminal(new StringReader(""), output, output, Locale.En), _ => throw new InvalidOperationException("serves"), CancellationToken.None);
        return (code, JsonSerializer.Deserialize<List<Line>>(output.ToString(), JsonSerializerOptions.Web)!);
    }
}
