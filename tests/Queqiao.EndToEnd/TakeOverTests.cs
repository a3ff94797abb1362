using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Queqiao.EndToEnd.Support;
using Queqiao.Mail.Tests.Support;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Xunit.Abstractions;

namespace Queqiao.EndToEnd;

/// <summary>A long test that needs PostgreSQL and mail servers; skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TakeOverFactAttribute : FactAttribute
{
    public TakeOverFactAttribute() => Skip = Environment.GetEnvironmentVariable("QUEQIAO_LONG") is null ? "Kills servers for minutes: ./test --long." : PostgresCluster.Missing ?? MailServers.Missing;
}

/// <summary>
/// kill -9 of the one of two servers that reads the mailbox, while webhooks come to both: what it had taken becomes messages, and the
/// other one reads the mailbox. How long that takes is printed, not judged.
/// </summary>
public sealed class TakeOverTests(ITestOutputHelper output)
{
    private const int Kills = 5;
    private const string Secret = "s3cret-of-the-channel";

    [TakeOverFact]
    public async Task A_killed_servers_webhooks_and_mailbox_are_taken_over()
    {
        await using var mail = await MailServers.Start();
        await using var database = await (await PostgresCluster.Shared()).Create();
        var folder = Directory.CreateTempSubdirectory("queqiao-takeover-").FullName;
        var places = Enumerable.Range(0, 2).Select(_ => new ServerPlace { Folder = folder, Database = database.Owner, Port = Free.Port() }).ToList();
        Task<ServerProcess> Begin(int n) => ServerProcess.Start(places[n], "--limits", "off", "--node-name", $"n{n}", "--outbound-allow", "127.0.0.1", "--allow-http-sign-in");
        ServerProcess[] nodes = [await Begin(0), await Begin(1)];
        using var api = new ApiClient(nodes[0].Address);
        var token = (await nodes[0].SetupLink).Fragment["#token=".Length..];
        (await api.Post("/api/v1/setup", new { token, workspaceName = "鹊桥小店", name = "林晓", email = Owner.Email, password = Owner.Password, locale = "zh-CN" })).Expect(HttpStatusCode.Created);
        var hooks = (await api.Post("/api/v1/channels", new { kind = "api", name = "api", settings = new { secret = Secret } })).Expect(HttpStatusCode.Created).Text("id");
        (await api.Post("/api/v1/channels", new
        {
            kind = "email", name = "mail", settings = new { address = MailServers.Firm, password = MailServers.Password, imapHost = "127.0.0.1", imapPort = mail.Imap.ToString(CultureInfo.InvariantCulture), imapSecurity = "none" },
        })).Expect(HttpStatusCode.Created);

        var (acked, mails) = (0, 0);
        await using var db = NpgsqlDataSource.Create(database.Owner);
        for (var kill = 0; kill < Kills; kill++)
        {
            await Until.True(async () => await Holder(db) is not null, "a server reads the mailbox", seconds: 60);
            var victim = await Holder(db) == 0 ? 0 : 1;
            using var stop = new CancellationTokenSource();
            var watching = Stopwatch.StartNew();
            var load = Enumerable.Range(0, 2).Select(n => Post(nodes[n].Address, hooks, $"k{kill}n{n}", stop.Token)).ToList();
            await Until.True(() => load.Exists(one => one.IsCompleted) || watching.Elapsed.TotalSeconds > 4, "there is traffic");
            await nodes[victim].Kill();
            var (watch, at) = (Stopwatch.StartNew(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var left = await Count(db, $"SELECT count(*) FROM hook_delivery WHERE next_at IS NOT NULL AND received_at <= {at}");
            await mail.Swaks("--from", MailServers.Customer, "--to", MailServers.Firm, "--header", $"Subject: kill {kill}", "--body", "hello");
            mails++;
            TimeSpan? digested = null, fetched = null;
            await Until.True(async () =>
            {
                digested ??= await Count(db, $"SELECT count(*) FROM hook_delivery WHERE next_at IS NOT NULL AND received_at <= {at}") == 0 ? watch.Elapsed : null;
                fetched ??= await Count(db, "SELECT count(*) FROM mail_message") >= mails ? watch.Elapsed : null;
                return digested is not null && fetched is not null;
            }, "the other server has read both", seconds: 120);
            await stop.CancelAsync();
            acked += (await Task.WhenAll(load)).Sum();
            output.WriteLine($"kill {kill}: node {victim}; {left} deliveries unread; webhooks digested after {digested!.Value.TotalSeconds:0.0} s, mail fetched after {fetched!.Value.TotalSeconds:0.0} s");
            nodes[victim] = await Begin(victim);
        }
        await Until.True(async () => await Count(db, "SELECT count(*) FROM hook_delivery WHERE next_at IS NOT NULL") == 0, "all deliveries are read", seconds: 120);
        var messages = await Count(db, "SELECT count(*) FROM entry WHERE type = 'message'") - mails;
        output.WriteLine($"{acked} acknowledged, {messages} messages");
        Assert.InRange(messages, acked, acked + Kills * Senders); // what was stored and not acknowledged any more may be more
        foreach (var node in nodes)
            await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private const int Senders = 8;

    /// <summary>Which of the nodes holds the mailbox.</summary>
    private static async Task<int?> Holder(NpgsqlDataSource db)
    {
        await using var command = db.CreateCommand("SELECT node.name FROM mail_box JOIN node ON starts_with(mail_box.holder, replace(node.id::text, '-', '') || '/') WHERE mail_box.held_until > 0 ORDER BY node.started_at DESC LIMIT 1");
        return await command.ExecuteScalarAsync() is string name ? name[1] - '0' : null;
    }

    private static async Task<long> Count(NpgsqlDataSource db, string sql)
    {
        await using var command = db.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Signed webhooks by several connections until it is enough or the server is gone; how many were acknowledged.</summary>
    private static async Task<int> Post(Uri address, string channel, string prefix, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var counts = await Task.WhenAll(Enumerable.Range(0, Senders / 2).Select(sender => Task.Run(async () =>
        {
            var count = 0;
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            try
            {
                for (; !ct.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None); count++)
                {
                    var body = Encoding.UTF8.GetBytes(new JsonObject
                    {
                        ["events"] = new JsonArray(new JsonObject { ["type"] = "message", ["id"] = $"{prefix}s{sender}m{count}", ["text"] = $"{count}", ["from"] = new JsonObject { ["id"] = $"u{sender}-{count % 10}" } }),
                    }.ToJsonString());
                    var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
                    using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/hooks/" + channel)) { Content = new ByteArrayContent(body) };
                    request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
                    request.Headers.TryAddWithoutValidation("X-Signature", $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), (byte[])[.. Encoding.UTF8.GetBytes(time + "."), .. body]))}");
                    using var answer = await http.SendAsync(request, CancellationToken.None);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                }
            }
            catch (HttpRequestException)
            {
                // killed
            }
            return count;
        }, CancellationToken.None)));
        return counts.Sum();
    }
}
