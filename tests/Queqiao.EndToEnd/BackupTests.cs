using System.Text;
using Queqiao.EndToEnd.Support;
using Queqiao.Server.Cli;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.EndToEnd;

/// <summary>The drill: people chat, a backup is made beside the running server, people chat on, and the backup comes to life elsewhere.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-backup-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    private string Data => Path.Combine(_folder, "data");

    private string Keys => Path.Combine(_folder, "keys");

    [Theory, OnSqlite, OnPostgres]
    public async Task What_was_acknowledged_before_the_backup_comes_back_elsewhere(string engine)
    {
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        using var book = new Book();
        using var enough = new CancellationTokenSource();
        var channel = await owner.NewChannel();
        var senders = Enumerable.Range(0, 8).Select(async n => await Chat(await Visitor.Arrive(site.Address, channel, bySocket: n % 2 == 0), $"v{n}", book, enough.Token)).ToList();
        Directory.CreateDirectory(Path.Combine(site.Storage.DataFolder, "files", "ab"));
        await File.WriteAllTextAsync(Path.Combine(site.Storage.DataFolder, "files", "ab", "blob"), "sealed bytes");
        await Until.True(() => book.Count > 200 || senders.Exists(one => one.IsFaulted), "people chat", seconds: 60);

        var passphrase = Path.Combine(_folder, "passphrase");
        await File.WriteAllTextAsync(passphrase, "four words for a backup\n");
        var before = book.Read();
        Assert.Equal(0, await Run(new Command.Backup(site.Storage, Data, Keys, passphrase)));
        var (backup, keys) = (Assert.Single(Directory.GetDirectories(Data)), Assert.Single(Directory.GetFiles(Keys)));
        var after = book.Count;
        await Until.True(() => book.Count > after + 50 || senders.Exists(one => one.IsFaulted), "people chat on", seconds: 60);
        await enough.CancelAsync();
        await Task.WhenAll(senders);
        await site.Kill();

        Assert.Equal(0, await Run(new Command.BackupVerify(backup, keys, passphrase)));
        HoldsNoKeys(backup);
        await HoldsNoText(backup);
        await using var other = await Site.Prepare(engine, "--limits", "off");
        Assert.Equal(0, await Run(new Command.Restore(other.Storage, backup, keys, passphrase)));
        Assert.Equal("sealed bytes", await File.ReadAllTextAsync(Path.Combine(other.Storage.DataFolder, "files", "ab", "blob")));
        await other.StartServer();
        var there = (await other.CheckLog()).Messages.ToDictionary(m => m.Message.ClientId, m => (m.Entry.ConversationId, m.Entry.Seq, Book.HashOf(m.Message.Text)));
        foreach (var promise in before)
            Assert.Equal((promise.Conversation, promise.Seq, promise.Hash), there.GetValueOrDefault(promise.ClientId));
        Assert.True(there.Count < book.Count, "the backup holds what came after it");

        // The search index was not in the backup, and is filled again.
        using var back = await Owner.SignIn(other);
        var name = before[0].ClientId.Split('-')[0];
        await Until.True(async () => (await back.Send(HttpMethod.Get, "/api/v1/search?q=" + Uri.EscapeDataString(name))).GetRawText().Contains(before[0].Conversation.ToString(), StringComparison.Ordinal), "messages are found", seconds: 60);

        // It lives: somebody new arrives, writes, and is heard.
        using var visitor = await Visitor.Arrive(other.Address, channel, bySocket: true);
        Assert.NotNull(await visitor.TrySend("after", "还在吗？"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_does_not_fit_is_refused_before_anything_is_touched(string engine)
    {
        await using var site = await Site.Start(engine);
        using var owner = await Owner.SetUp(site);
        await site.Kill();
        Assert.Equal(1, await Run(new Command.Backup(site.Storage, Data, Path.Combine(Data, "keys"), null)));
        Assert.Equal(0, await Run(new Command.Backup(site.Storage, Data, Keys, null)));
        Assert.Contains("not sealed by a passphrase", _error.ToString(), StringComparison.Ordinal);
        var (backup, keys) = (Directory.GetDirectories(Data)[0], Directory.GetFiles(Keys)[0]);

        await using var other = await Site.Prepare(engine);
        Assert.Equal(1, await Run(new Command.Restore(other.Storage, backup, keys, null))); // the root key is not in it
        Assert.Contains("root key of this backup is missing", _error.ToString(), StringComparison.Ordinal);
        File.Copy(Path.Combine(site.Storage.DataFolder, "root.key"), Path.Combine(other.Storage.DataFolder, "root.key"));

        var dump = Directory.GetFiles(backup, "queqiao.*")[0];
        var whole = await File.ReadAllBytesAsync(dump);
        var flipped = whole.ToArray();
        flipped[flipped.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(dump, flipped);
        Assert.Equal(1, await Run(new Command.Restore(other.Storage, backup, keys, null)));
        Assert.Contains("is damaged", _error.ToString(), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(dump, whole);

        Assert.Equal(0, await Run(new Command.Restore(other.Storage, backup, keys, null)));
        Assert.Equal(1, await Run(new Command.Restore(other.Storage, backup, keys, null)));
        Assert.Contains("There is data in", _error.ToString(), StringComparison.Ordinal);
        File.Delete(Path.Combine(backup, "manifest.json"));
        Assert.Equal(1, await Run(new Command.BackupVerify(backup, null, null)));
        await other.StartServer();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_was_erased_after_the_backup_is_erased_again_after_the_restore(string engine)
    {
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        using var visitor = await Visitor.Arrive(site.Address, await owner.NewChannel(), bySocket: false);
        Assert.NotNull(await visitor.TrySend("c1", "my secret"));
        var row = (await owner.Send(HttpMethod.Get, "/api/v1/conversations?view=all")).GetProperty("items")[0];
        var (conversation, contact) = (row.GetProperty("id").GetGuid(), row.GetProperty("contact").GetProperty("id").GetGuid());
        var passphrase = Path.Combine(_folder, "passphrase");
        await File.WriteAllTextAsync(passphrase, "four words for a backup\n");
        Assert.Equal(0, await Run(new Command.Backup(site.Storage, Data, Keys, passphrase)));
        await owner.Send(HttpMethod.Post, $"/api/v1/contacts/{contact}/erase", new { reason = "asked" });
        await site.Kill();

        await using var other = await Site.Prepare(engine, "--limits", "off");
        Assert.Equal(0, await Run(new Command.Restore(other.Storage, Assert.Single(Directory.GetDirectories(Data)), Assert.Single(Directory.GetFiles(Keys)), passphrase)));
        File.Copy(Path.Combine(site.Storage.DataFolder, "erasures.jsonl"), Path.Combine(other.Storage.DataFolder, "erasures.jsonl"));
        await other.StartServer();
        using var back = await Owner.SignIn(other);
        var entries = await back.Read(conversation);
        Assert.NotEmpty(entries);
        Assert.DoesNotContain(entries, entry => entry.GetRawText().Contains("my secret", StringComparison.Ordinal));
        Assert.Equal(contact, (await back.Send(HttpMethod.Get, "/api/v1/erasures")).GetProperty("items")[0].GetProperty("contactId").GetGuid());
    }

    private Task<int> Run(Command command) =>
        Commands.Run(command, new Terminal(new StringReader(""), _out, _error, Locale.En), _ => throw new InvalidOperationException("serves"), CancellationToken.None);

    /// <summary>The rows of the key tables are with the keys; their wrapped bytes are nowhere in the data.</summary>
    private void HoldsNoKeys(string backup)
    {
        var clear = Path.Combine(_folder, "clear");
        Queqiao.Server.Platform.Storage.Backups.KeyCopy.Read(Directory.GetFiles(Keys)[0], "four words for a backup").Write(clear, null);
        var keys = Queqiao.Server.Platform.Storage.Backups.KeyCopy.Read(clear, null);
        Assert.Contains(keys.Rows, row => row.Table == "workspace_key");
        var wrapped = keys.Rows.Select(row => row.Values["wrapped"].GetString()).OfType<string>().Select(text => Convert.FromBase64String(text[2..])).ToList();
        foreach (var file in Directory.GetFiles(backup, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            Assert.All(wrapped, one => Assert.True(bytes.AsSpan().IndexOf(one) < 0, file + " holds a key"));
            Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(keys.RootKeys![0])) < 0);
        }
        Assert.True(File.ReadAllBytes(Directory.GetFiles(Keys)[0]).AsSpan().IndexOf(Encoding.ASCII.GetBytes("root_id")) < 0, "the keys lie in clear");
    }

    /// <summary>Nothing that anybody said can be read without the keys, not packed (pg_dump compresses) and not in hexadecimal.</summary>
    private static async Task HoldsNoText(string backup)
    {
        var said = Encoding.UTF8.GetBytes("条 😀");
        foreach (var file in Directory.GetFiles(backup, "queqiao.*"))
        {
            var bytes = file.EndsWith(".dump", StringComparison.Ordinal)
                ? Encoding.UTF8.GetBytes(await Queqiao.Server.Platform.Storage.Backups.PostgresTools.RunAlone("pg_restore", ["--file=-", file], CancellationToken.None)) : await File.ReadAllBytesAsync(file);
            Assert.True(bytes.Length > 10_000, "the copy is read");
            Assert.True(bytes.AsSpan().IndexOf(said) < 0 && bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(said))) < 0, file + " holds what people said");
        }
    }

    private static async Task Chat(Visitor visitor, string name, Book book, CancellationToken enough)
    {
        using (visitor)
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var (id, text) = ($"{name}-{number}", $"{name} 第 {number} 条 😀");
                (Guid Conversation, long Seq)? where;
                while ((where = await visitor.TrySend(id, text)) is null)
                    await Task.Delay(50, CancellationToken.None);
                book.Write(new Promise(name, number, id, where.Value.Conversation, where.Value.Seq, Book.HashOf(text)));
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
