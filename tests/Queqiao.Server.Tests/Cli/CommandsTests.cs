using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Cli;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Cli;

public sealed class CommandsTests : IDisposable
{
    private const string Password = "correct horse battery";
    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-cli").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    private StorageOptions Storage => new() { DataFolder = _folder };

    private Task<int> Run(Command command, string input = "", Locale? locale = null) => Commands.Run(
        command, new Terminal(new StringReader(input), _out, _error, locale ?? Locale.En), _ => throw new InvalidOperationException("serves"), CancellationToken.None);

    private Command.UserAdd Add(string email = "owner@example.com", string password = Password, string role = "owner", StorageOptions? storage = null) =>
        new(storage ?? Storage, email, password, role, null, null, null);

    [Fact]
    public async Task The_first_account_comes_with_its_workspace()
    {
        Assert.Equal(0, await Run(Add()));
        Assert.Equal("Added owner@example.com as owner.", _out.ToString().Trim());
        Assert.Equal(0, await Run(Add("second@example.com", role: "agent")));
        await Commands.WithStore(Storage, Look, CancellationToken.None);

        static async Task<bool> Look(IStorageEngine storage)
        {
            await using var db = storage.ReadSystem();
            Assert.Equal("My team", (await db.Table<Workspace>().SingleAsync()).Name);
            Assert.Equal(["owner", "second"], await db.Table<Agent>().OrderBy(agent => agent.Name).Select(agent => agent.Name).ToListAsync());
            Assert.Equal(2, await db.Table<AuditRow>().CountAsync(row => row.ActorKind == "system"));
            return true;
        }
    }

    [PostgresFact]
    public async Task It_does_so_on_PostgreSQL_too()
    {
        await using var database = await (await PostgresCluster.Shared()).Create();
        var storage = new StorageOptions { DataFolder = _folder, Database = database.Owner };
        Assert.Equal(0, await Run(Add(storage: storage)));
        Assert.Equal(1, await Run(Add(storage: storage)));
        Assert.Equal(0, await Run(Add("second@example.com", role: "viewer", storage: storage)));
    }

    [Fact]
    public async Task The_password_may_come_from_the_standard_input()
    {
        Assert.Equal(0, await Run(Add(password: "-"), input: Password + "\n"));
        Assert.Equal(2, await Run(Add("b@example.com", password: "-"), input: ""));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_refused_with_code_1()
    {
        await Run(Add());
        Assert.Equal(1, await Run(Add("OWNER@example.com")));
        Assert.Contains("already an account", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_by_option_in_the_language_of_the_terminal()
    {
        Assert.Equal(2, await Run(Add("nobody", "short", "boss"), locale: Locale.ZhCn));
        var lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["--email", "--password", "--role"], lines.Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Storage.SqliteFile));
    }

    [Fact]
    public async Task While_a_server_has_the_store_writing_verbs_are_refused()
    {
        await Commands.WithStore(Storage, async _ =>
        {
            Assert.Equal(1, await Run(Add()));
            Assert.Equal(1, await Run(new Command.Migrate(Storage)));
            return true;
        }, CancellationToken.None);
        Assert.Contains("A Queqiao server is using the data folder", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await Run(new Command.Migrate(Storage)));
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_one_clear_line()
    {
        var storage = Storage with { Database = "Host=127.0.0.1;Port=1;Username=x;Password=y;Database=z;Timeout=2" };
        Assert.Equal(1, await Run(new Command.Migrate(storage)));
        Assert.StartsWith("The database cannot be used:", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().Trim().Split('\n'));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_one_clear_line()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        Assert.Equal(1, await Run(new Command.Migrate(new StorageOptions { DataFolder = Path.Combine(file, "data") })));
        Assert.StartsWith("The data folder cannot be used:", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_line_ends_with_code_2_and_names_the_help()
    {
        Assert.Equal(2, await Run(new Command.Wrong("cli_unknown_verb", "dance")));
        Assert.Contains("Unknown command: dance", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("queqiao help", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await Run(new Command.Help()));
        Assert.Equal(0, await Run(new Command.Version()));
        Assert.Contains("Queqiao 0.", _out.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
