using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Queqiao.Server.Channels.Web;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Sealing;

/// <summary>What people write and what they are called stands in no file of the server: database, log, files, what is printed.</summary>
public sealed class CanaryTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Nothing_that_people_write_is_in_any_file(string engine)
    {
        var heard = new Everything();
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<ILoggerProvider>(heard));
        List<Canary> canaries =
        [
            new("a message (zh)", "金丝雀消息"), new("a message (en)", "Canary message "), new("a reply", "回复金丝雀"), new("a note", "备注 canary "), new("a reason", "canary reason "),
            new("a name", "金丝雀 "), new("an identity", "openid-"), new("a message of somebody named", "named canary "),
        ];
        var visitor = await site.Visitor();
        await using var socket = await visitor.Socket();
        var conversation = (await visitor.Say(canaries[0].Text)).Text("conversationId");
        await visitor.Say(canaries[1].Text);
        await site.Owner.Say(conversation, canaries[2].Text);
        await site.Owner.Say(conversation, canaries[3].Text, isPrivate: true);
        await site.Owner.Status(conversation, "resolved", canaries[4].Text);
        await Named(site, canaries[5].Text, canaries[6].Text, canaries[7].Text);
        Assert.Contains(await site.Owner.Log(conversation), item => item.Maybe("text") == canaries[3].Text);

        var folders = site.Database is { } database ? [site.Folder, .. await RawBytes.FoldersOf(database)] : new[] { site.Folder };
        Assert.Empty(await RawBytes.Find(canaries, folders));
        Assert.DoesNotContain(heard.Lines, line => canaries.Any(canary => line.Contains(canary.Text, StringComparison.Ordinal)));
        var id = site.The<VisitorTokens>().Read(visitor.Token)!.Key.Identity;
        Assert.Empty(await RawBytes.Find([new Canary("the visitor's id", "", id)], folders));

        await Plant(site, canaries[2].Text);
        folders = site.Database is { } again ? [site.Folder, .. await RawBytes.FoldersOf(again)] : folders;
        Assert.Contains(await RawBytes.Find(canaries, folders), line => line.StartsWith("a reply in ", StringComparison.Ordinal));
    }

    private static async Task Named(Site site, string name, string identity, string text)
    {
        await site.Storage.Run(1, async (unit, ct) =>
        {
            site.The<IContacts>().Introduce(unit, 1, site.ChannelId, identity, name, unit.Ids.Now());
            return await unit.Db.SaveChangesAsync(ct);
        }, CancellationToken.None);
        var said = await site.The<ICustomerConversations>().Say(new Customer(1, new CustomerKey(site.ChannelId, identity)), "c1", text);
        var stored = Assert.IsType<CustomerAnswer.Stored>(said);
        Assert.Equal(name, (await site.Owner.Row(stored.ConversationId.ToString())).GetProperty("contact").Text("name"));
    }

    /// <summary>The search itself is seen to work: what stands in clear is found.</summary>
    private static Task<int> Plant(Site site, string text) => site.Storage.Run(1, async (unit, ct) =>
    {
        unit.Db.Table<Server.Identity.Storage.AuditRow>().Add(new() { Ws = 1, Id = unit.Ids.New(), At = 1, ActorKind = "system", Action = "test.leak", ObjectKind = "x", Detail = text });
        return await unit.Db.SaveChangesAsync(ct);
    }, CancellationToken.None);

    private sealed class Everything : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
