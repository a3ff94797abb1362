using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Queqiao.Server.Cli;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Diagnosis;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")] // file modes
public sealed partial class DoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-doctor").FullName;

    [Theory, OnSqlite, OnPostgres]
    public async Task A_store_in_use_is_examined_without_disturbing_it(string engine)
    {
        await using var store = await Store.Open(engine, folder: _folder);
        var (code, lines) = await Examine(store.Options);
        Assert.True(lines.All(line => line.Verdict != "FAIL" || line.Code == "doctor_pages_missing"), string.Join('\n', lines.Select(line => line.ToString())));
        Assert.Contains(lines, line => line is { Verdict: "OK", Code: "doctor_migrated" });
        Assert.Contains(lines, line => line is { Topic: "disk", Code: "doctor_sync" or "doctor_sync_slow" or "doctor_sync_too_good" });
        Assert.Contains(lines, line => line is { Verdict: "WARN", Code: "doctor_no_backup" });
        if (engine == Engines.Postgres)
        {
            Assert.Contains(lines, line => line is { Verdict: "OK", Topic: "database", Text: "fsync = on" });
            Assert.Contains(lines, line => line is { Verdict: "OK", Code: "doctor_pg_walls" });
        }
        Assert.Equal(lines.Any(line => line.Verdict == "FAIL") ? 1 : 0, code);
        (await store.Node.CustomerSays("v", "还能写", "c1")).Stored(); // it still works
        Assert.Empty(Directory.GetFiles(_folder, ".doctor*"));
    }

    [PostgresFact]
    public async Task What_is_wrong_with_PostgreSQL_is_named()
    {
        await using var store = await Store.Open(Engines.Postgres, folder: _folder);
        await store.Database.Cluster.Admin($"ALTER DATABASE {store.Database.Name} SET synchronous_commit = off");
        await store.Database.Cluster.Admin($"ALTER ROLE {store.Database.Name}_app BYPASSRLS");
        await store.Database.Cluster.Admin($"ALTER ROLE {store.Database.Name} NOCREATEROLE");
        var (code, lines) = await Examine(store.Options);
        Assert.Equal(1, code);
        foreach (var wrong in (string[])["doctor_pg_synchronous_commit", "doctor_pg_role_powerful", "doctor_pg_createrole"])
            Assert.Contains(lines, line => line.Verdict == "FAIL" && line.Code == wrong);
    }

    [Fact]
    public async Task An_empty_folder_is_no_fault_and_stays_empty()
    {
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (_, lines) = await Examine(new StorageOptions { DataFolder = _folder });
        Assert.Contains(lines, line => line is { Verdict: "WARN", Code: "doctor_no_root_key" });
        Assert.Contains(lines, line => line is { Verdict: "OK", Code: "doctor_no_store" });
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task What_is_wrong_with_folder_keys_and_settings_is_named()
    {
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        await File.WriteAllTextAsync(Path.Combine(_folder, "root.key"), "no key");
        var (code, lines) = await Examine(new StorageOptions { DataFolder = _folder },
            "--public-url=http://chat.example.com", "--clamd=tcp://127.0.0.1:1", "--urls=http://127.0.0.1:0");
        Assert.Equal(1, code);
        foreach (var wrong in (string[])["doctor_root_key_open", "doctor_public_url_plain", "doctor_scanner_away"])
            Assert.Contains(lines, line => line.Verdict == "FAIL" && line.Code == wrong);
        Assert.Contains(lines, line => line.Code == "doctor_folder_open");
        File.SetUnixFileMode(Path.Combine(_folder, "root.key"), UnixFileMode.UserRead);
        Assert.Contains((await Examine(new StorageOptions { DataFolder = _folder })).Lines, line => line.Code == "doctor_root_key_wrong");
    }

    [Fact]
    public async Task A_damaged_store_and_one_of_a_newer_version_are_seen()
    {
        await using (var store = await Store.Open(Engines.Sqlite, folder: Path.Combine(_folder, "data")))
        {
            await store.Node.Engine.RunSystem(async (unit, _) => await unit.Connection.Run("INSERT INTO schema_migration VALUES (9999, 'later', 'x', 1)"), CancellationToken.None);
            Assert.Contains((await Examine(store.Options)).Lines, line => line is { Verdict: "FAIL", Code: "doctor_migrations_refused" });
        }
    }

    [Fact]
    public void Thresholds()
    {
        Assert.Equal("doctor_sync_too_good", FolderDiagnosis.Judge(TimeSpan.FromMicroseconds(2)).Code);
        Assert.Equal("doctor_sync", FolderDiagnosis.Judge(TimeSpan.FromMilliseconds(1)).Code);
        Assert.Equal("doctor_sync_slow", FolderDiagnosis.Judge(TimeSpan.FromMilliseconds(21)).Code);
        var now = new DateTime(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal("doctor_certificate_over", WebDiagnosis.Judge(now.AddDays(-90), now.AddDays(-1), now, fits: true, "x").Code);
        Assert.Equal("doctor_certificate_soon", WebDiagnosis.Judge(now.AddDays(-90), now.AddDays(20), now, fits: true, "x").Code);
        Assert.Equal("doctor_certificate_other", WebDiagnosis.Judge(now.AddDays(-90), now.AddDays(60), now, fits: false, "x").Code);
        Assert.Equal("doctor_certificate", WebDiagnosis.Judge(now.AddDays(-90), now.AddDays(60), now, fits: true, "x").Code);
        Assert.Equal("doctor_clock_wrong", ClockDiagnosis.Judge(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), true).Code);
        Assert.Equal("doctor_clock_free", ClockDiagnosis.Judge(new DateTimeOffset(now), false).Code);
        Assert.Equal(Verdict.Fail, Queqiao.Server.Cli.Examine.Runtime(new Version(10, 0, 6)).Verdict);
    }

    [Fact]
    public void Every_code_has_its_text()
    {
        var codes = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Queqiao.Server"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).SelectMany(file => Codes().Matches(File.ReadAllText(file))).Select(found => found.Groups[1].Value).Distinct().ToList();
        Assert.True(codes.Count > 60, "the pattern no longer finds the codes");
        Assert.All(codes, code => Assert.True(Messages.Has(Locale.En, code) && Messages.Has(Locale.ZhCn, code), code));
    }

    [GeneratedRegex("\"((?:doctor|backup|restore)_[a-z_]+)\"")]
    private static partial Regex Codes();

    private sealed record Line(string Topic, string Verdict, string Code, string Text);

    private static async Task<(int Code, List<Line> Lines)> Examine(StorageOptions storage, params string[] options)
    {
        var output = new StringWriter();
        var code = await Commands.Run(new Command.Doctor(storage, Json: true, options), new Terminal(new StringReader(""), output, output, Locale.En), _ => throw new InvalidOperationException("serves"), CancellationToken.None);
        return (code, JsonSerializer.Deserialize<List<Line>>(output.ToString(), JsonSerializerOptions.Web)!);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
