using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Search;

/// <summary>
/// The full-text index of one engine: which texts hold which hidden words. It holds no text; whoever finds something reads it where
/// it is, asks whether the reader may see it, and checks that it matches.
/// </summary>
internal interface ITextIndex
{
    /// <summary>Puts texts in, in place of what was at their places: the same again changes nothing.</summary>
    Task Put(WriteUnit unit, IReadOnlyList<IndexedText> texts, CancellationToken ct);

    /// <summary>Takes texts out. What is not there is no fault.</summary>
    /// <returns>How many were there.</returns>
    Task<int> Remove(WriteUnit unit, int ws, IReadOnlyList<TextPlace> places, CancellationToken ct);

    /// <summary>Throws everything away, of every workspace.</summary>
    Task Empty(WriteUnit unit, CancellationToken ct);

    /// <summary>The newest texts before <see cref="WordsAsked.Before"/> that may match; fewer than asked for: there are no more.</summary>
    Task<IReadOnlyList<FoundText>> Find(QueqiaoDb db, WordsAsked asked, int most, CancellationToken ct);
}

/// <param name="Tokens">As <see cref="HiddenWords"/> gives them.</param>
internal sealed record IndexedText(int Ws, TextKind Kind, TextPlace Place, long[] Tokens);

internal readonly record struct FoundText(long Id, TextKind Kind, Guid OwnerId, long Seq);

/// <summary>A question to the index.</summary>
/// <param name="Clauses">Hidden words: of each array one must be there.</param>
/// <param name="Kinds">Which kinds of texts.</param>
/// <param name="Before">Ids below this one.</param>
/// <param name="From">This id or later ones.</param>
internal sealed record WordsAsked(int Ws, IReadOnlyList<long[]> Clauses, IReadOnlyList<TextKind> Kinds, long Before = long.MaxValue, long From = 0);

internal static class SearchIndexing
{
    public static void AddTextIndex(this IServiceCollection services)
    {
        services.AddSingleton<WordKeys>();
        services.AddSingleton<ITextIndex>(all => Of(all.GetRequiredService<IStorageEngine>()));
    }

    public static ITextIndex Of(IStorageEngine storage) => storage.IsPostgres ? new PostgresTextIndex() : new SqliteTextIndex();
}
