using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Search;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>The search index, for who has the server's console.</summary>
internal static class SearchIndex
{
    /// <summary>Fills it anew, or goes on when that was interrupted, and returns when everything is in it.</summary>
    /// <param name="storage">Started. On PostgreSQL servers may be at work on it: they help.</param>
    /// <param name="empty">Throw away what is there.</param>
    /// <param name="progress">Told now and then, 0 to 1.</param>
    /// <param name="ct">Stops; the next one goes on.</param>
    /// <returns>Whether it went on with one that was interrupted.</returns>
    public static async Task<bool> Reindex(IStorageEngine storage, bool empty, Action<double> progress, CancellationToken ct)
    {
        var index = SearchIndexing.Of(storage);
        var rebuild = new SearchRebuild(storage, index);
        var goesOn = await rebuild.Begin(empty, record: null, ct);
        var seals = new ConversationSeals(storage, NullLogger<ConversationSeals>.Instance);
        using var listeners = new Listeners(storage, seals, [new IndexTexts(index, new WordKeys(storage.Vault), seals, rebuild)], NullLogger<Listeners>.Instance);
        while (true)
        {
            var turn = listeners.RunOnce(ct);
            while (await Task.WhenAny(turn, Task.Delay(TimeSpan.FromSeconds(1), ct)) != turn)
                progress((await rebuild.Status(ct)).Progress);
            await turn;
            var status = await rebuild.Status(ct);
            progress(status.Progress);
            if (status.OldestWaiting is null)
                return goesOn;
        }
    }
}
