using Queqiao.Server.Conversations.Search;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Search;

/// <summary>The index follows the log: interrupted, repeated, rebuilt, it holds each text once.</summary>
public sealed class SearchIndexTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_server_that_dies_while_indexing_goes_on_without_doubles(string engine)
    {
        await using var store = await Store.Open(engine);
        await Talk(store, 150);
        var left = 2;
        using (var dying = await Searching.In(store, index => new Dying(index, () => left-- <= 0)))
        {
            try
            {
                await dying.CatchUp();
            }
            catch (OperationCanceledException)
            {
                // the plug was pulled
            }
        }
        await store.Restart();
        using var search = await Searching.In(store);
        await search.CatchUp();

        Assert.Equal((150, 150), await search.Count());
        Assert.Equal(150, (await search.Texts("退款")).Distinct().Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_rebuild_doubles_nothing_and_goes_on_where_it_was_interrupted(string engine)
    {
        await using var store = await Store.Open(engine);
        await Talk(store, 60);
        using var search = await Searching.In(store);
        await search.CatchUp();
        Assert.False(await search.Rebuild.Begin(empty: false, null, CancellationToken.None));
        var status = await search.Rebuild.Status(CancellationToken.None);
        Assert.Equal((store.Clock.Now, 0.0), (status.RebuildAt, status.Progress));
        Assert.Equal(60, (await search.Texts("退款")).Count); // found meanwhile
        Assert.True(await search.Rebuild.Begin(empty: false, null, CancellationToken.None)); // goes on

        await search.CatchUp();

        Assert.Equal((60, 60), await search.Count());
        Assert.Equal(60, (await search.Texts("退款")).Count);
        status = await search.Rebuild.Status(CancellationToken.None);
        Assert.Equal((null, null, 1.0), (status.RebuildAt, status.OldestWaiting, status.Progress));
        Assert.False(await search.Rebuild.Begin(empty: true, null, CancellationToken.None));
        Assert.Equal((0, 0), await search.Count());
        await search.CatchUp();
        Assert.Equal((60, 60), await search.Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_lag_is_the_age_of_what_cannot_be_found_yet(string engine)
    {
        await using var store = await Store.Open(engine);
        using var search = await Searching.In(store);
        await search.CatchUp();
        Assert.Null((await search.Rebuild.Status(CancellationToken.None)).OldestWaiting);
        var at = store.Clock.Now;
        await store.Node.CustomerSays("a", "one", "1");
        store.Clock.Move(TimeSpan.FromSeconds(5));
        await store.Node.CustomerSays("b", "two", "2");
        Assert.Equal(at, (await search.Rebuild.Status(CancellationToken.None)).OldestWaiting);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Texts_of_one_moment_do_not_push_each_other_out(string engine)
    {
        await using var store = await Store.Open(engine);
        using var search = await Searching.In(store);
        var places = SamePlaces(store.Clock.Now);
        await Put(store, search, places);
        await Put(store, search, [.. places.Reverse()]);
        Assert.Equal((places.Length, places.Length), await search.Count());

        await store.Node.Engine.RunSystem(async (unit, ct) =>
        {
            await search.Index.Remove(unit, 1, [places[1], new TextPlace(Guid.Empty, 1, 1)], ct);
            await search.Index.Remove(unit, 2, [places[0]], ct);
            return 0;
        }, CancellationToken.None);

        Assert.Equal(places.Length - 1, (await search.Count()).Places);
        await using var db = store.Node.Engine.Read(1);
        var found = await search.Index.Find(db, new WordsAsked(1, [[42L]], [TextKind.Message]), 10, CancellationToken.None);
        Assert.Equal(places.Where((_, i) => i != 1).Select(place => place.OwnerId).Order(), found.Select(text => text.OwnerId).Order());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_a_conversation_said_within_a_millisecond_stays_in_its_order(string engine)
    {
        await using var store = await Store.Open(engine);
        using var search = await Searching.In(store);
        var conversation = store.Ids.New();
        var places = Enumerable.Range(1, 40).Select(seq => new TextPlace(conversation, seq, store.Clock.Now)).ToArray();
        await Put(store, search, [.. places.Reverse()]);
        await using var db = store.Node.Engine.Read(1);
        var found = await search.Index.Find(db, new WordsAsked(1, [[42L]], [TextKind.Message]), 100, CancellationToken.None);
        Assert.Equal(places.Reverse().Select(place => place.Seq), found.Select(text => text.Seq));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_past_is_reached_over_years(string engine)
    {
        await using var store = await Store.Open(engine);
        using var search = await Searching.In(store);
        var now = store.Clock.Now;
        var places = Enumerable.Range(0, 60).Select(n => new TextPlace(store.Ids.New(), 1, now - n * n * 86_400_000L / 2)).ToArray();
        await Put(store, search, places);
        await using var db = store.Node.Engine.Read(1);
        async Task<List<Guid>> Find(long from = 0, long before = long.MaxValue, int most = 100) =>
            [.. (await search.Index.Find(db, new WordsAsked(1, [[42L], [7L, 43L]], [TextKind.Message], before, from), most, CancellationToken.None)).Select(text => text.OwnerId)];

        Assert.Equal(places.Select(place => place.OwnerId), await Find());
        Assert.Equal(places.Take(9).Select(place => place.OwnerId), await Find(most: 9));
        Assert.Equal(places.Skip(20).Select(place => place.OwnerId), await Find(before: places[19].Id));
        Assert.Equal(places.Take(20).Select(place => place.OwnerId), await Find(from: places[19].Id));
    }

    /// <summary>Three conversations whose entries get the same id.</summary>
    private static TextPlace[] SamePlaces(long at)
    {
        var first = new TextPlace(Guid.CreateVersion7(), 1, at);
        var same = new List<TextPlace> { first };
        for (var seq = 1L; same.Count < 3; seq++)
        {
            var other = new TextPlace(new Guid(7, 7, 7, BitConverter.GetBytes(seq)), seq, at);
            if (other.Id == first.Id)
                same.Add(other);
        }
        return [.. same];
    }

    private static Task<int> Put(Store store, Searching search, TextPlace[] places) => store.Node.Engine.RunSystem(async (unit, ct) =>
    {
        await search.Index.Put(unit, [.. places.Select(place => new IndexedText(1, TextKind.Message, place, [42L, 43L]))], ct);
        return 0;
    }, CancellationToken.None);

    private static async Task Talk(Store store, int messages) =>
        await Task.WhenAll(Enumerable.Range(0, messages).Select(n => store.Node.CustomerSays($"v{n % 12}", "退款 " + n, "c" + n)));

    /// <summary>Writes half of a batch and dies.</summary>
    private sealed class Dying(ITextIndex index, Func<bool> dies) : ITextIndex
    {
        public async Task Put(WriteUnit unit, IReadOnlyList<IndexedText> texts, CancellationToken ct)
        {
            if (!dies())
            {
                await index.Put(unit, texts, ct);
                return;
            }
            await index.Put(unit, [.. texts.Take((texts.Count + 1) / 2)], ct);
            throw new OperationCanceledException("the plug was pulled");
        }

        public Task<int> Remove(WriteUnit unit, int ws, IReadOnlyList<TextPlace> places, CancellationToken ct) => index.Remove(unit, ws, places, ct);

        public Task Empty(WriteUnit unit, CancellationToken ct) => index.Empty(unit, ct);

        public Task<IReadOnlyList<FoundText>> Find(QueqiaoDb db, WordsAsked asked, int most, CancellationToken ct) => index.Find(db, asked, most, ct);
    }
}
