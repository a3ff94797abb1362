using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Search;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Tests.Listening;
using Queqiao.Server.Tests.Support;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Tests.Search;

/// <summary>The search of a node's store, with its listener in the test's hand.</summary>
internal sealed class Searching : IDisposable
{
    private readonly Store _store;
    private readonly Node _node;
    private readonly Listeners _listeners;

    private Searching(Store store, ITextIndex index)
    {
        (_store, _node) = (store, store.Node);
        var keys = new WordKeys(_node.Engine.Vault);
        Index = index;
        Rebuild = new SearchRebuild(_node.Engine, index);
        var seals = new ConversationSeals(_node.Engine, NullLogger<ConversationSeals>.Instance);
        Search = new TextSearch(_node.Engine, seals, index, keys, store.Clock);
        _listeners = _node.Listeners(new IndexTexts(index, keys, seals, Rebuild));
    }

    public ITextIndex Index { get; }

    public SearchRebuild Rebuild { get; }

    public TextSearch Search { get; }

    public static async Task<Searching> In(Store store, Func<ITextIndex, ITextIndex>? wrap = null)
    {
        var index = SearchIndexing.Of(store.Node.Engine);
        var searching = new Searching(store, wrap?.Invoke(index) ?? index);
        await searching.Rebuild.Prepare(CancellationToken.None);
        return searching;
    }

    /// <summary>Until everything that was said is in the index.</summary>
    public async Task CatchUp(CancellationToken ct = default)
    {
        do
            await _listeners.RunOnce(ct);
        while ((await Rebuild.Status(ct)).OldestWaiting is not null);
    }

    public static TextsAsked Asked(string query, Scope<ConversationHead>? scope = null) => new(scope ?? Scope<ConversationHead>.Workspace(1), SearchQuery.Parse(query)!, rows => rows);

    /// <summary>The whole texts of all hits, newest first, page by page.</summary>
    public async Task<List<string>> Texts(string query, Scope<ConversationHead>? scope = null, int limit = 50) => await Texts(Asked(query, scope), limit);

    public async Task<List<string>> Texts(TextsAsked asked, int limit = 50)
    {
        var texts = new List<string>();
        long? before = null;
        do
        {
            var page = await Search.Messages(asked, before, limit, CancellationToken.None);
            Assert.InRange(page.Items.Count, 0, limit);
            texts.AddRange(page.Items.Select(item => EntryTexts.Of(Assert.Single(item.Hits).Entry.Body)!.Value.Text));
            before = page.Next;
        }
        while (before is not null);
        return texts;
    }

    public static Scope<ConversationHead> ScopeOf(Person agent) => new Actor(1, Guid.Empty, agent.Id, agent.Name, "", "agent", "en").Conversations();

    /// <summary>How many texts the index holds, by its own count.</summary>
    public async Task<(long Places, long Words)> Count()
    {
        await using var db = _store.Node.Engine.ReadSystem();
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.OpenConnectionAsync(db.Database);
        var connection = Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database);
        async Task<long> Of(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)(await command.ExecuteScalarAsync())!;
        }
        return (await Of("SELECT count(*) FROM search_text"), await Of(_store.Engine == Engines.Postgres ? "SELECT count(*) FROM search_text" : "SELECT count(*) FROM search_word_docsize"));
    }

    public void Dispose() => _listeners.Dispose();
}
