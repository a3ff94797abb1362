using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Platform.Storage.Sqlite;

namespace Queqiao.Server.Tests.Support;

/// <summary>What one server has of storage: the engine, the feed and the log. And short words for what customers and agents do.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly Store _store;

    public Node(Store store, ILogSubscriber[] subscribers)
    {
        _store = store;
        Engine = store.Engine == Engines.Postgres
            ? new PostgresEngine(store.Options, store.Ids, NullLoggerFactory.Instance)
            : new SqliteEngine(store.Options, store.Ids);
        Feed = new LogFeed(subscribers, [], NullLogger<LogFeed>.Instance);
    }

    public IStorageEngine Engine { get; }

    public LogFeed Feed { get; }

    /// <summary>Made at first use: the engine must have been started.</summary>
    public ConversationLog Log => field ??= new ConversationLog(Engine, _store.Ids, Feed);

    public Task<LogOutcome> CustomerSays(string identity, string text, string clientId) => Log.Append(reply => Customer(identity, text, clientId, reply));

    public Task<LogOutcome> AgentSays(Guid conversation, string text, string clientId, Person? agent = null)
    {
        var who = agent ?? _store.Lin;
        return Log.Append(reply => new LogCommand
        {
            Ws = 1, ConversationId = conversation, Key = LogCommand.KeyOf(1, who.Id.ToString(), clientId), By = new Sender(SenderKind.Agent, who.Id, who.Name),
            Decide = head => head.AgentSays(text, clientId, who), Reply = reply,
        });
    }

    /// <summary>An agent does something to a conversation.</summary>
    public Task<LogOutcome> Do(Guid conversation, Func<ConversationHead, Decision> decide, Person? agent = null)
    {
        var who = agent ?? _store.Lin;
        return Log.Append(reply => new LogCommand
        {
            Ws = 1, ConversationId = conversation, By = new Sender(SenderKind.Agent, who.Id, who.Name), Decide = decide, Reply = reply,
        });
    }

    public LogCommand Customer(string identity, string text, string clientId, ILogReply reply, Func<ConversationHead, Decision>? decide = null) => new()
    {
        Ws = 1, Customer = new(_store.ChannelId, identity), Key = LogCommand.KeyOf(1, $"{_store.ChannelId}/{identity}", clientId), By = new Sender(SenderKind.Contact, null, null),
        Begins = true, Decide = decide ?? (head => head.CustomerSays(text, clientId)), Reply = reply,
    };

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Feed.DisposeAsync();
    }
}

/// <summary>For commands whose answer is taken from the call.</summary>
internal sealed class NoReply : ILogReply
{
    public void Done(LogOutcome outcome)
    {
    }

    public void Failed(Exception error)
    {
    }
}
