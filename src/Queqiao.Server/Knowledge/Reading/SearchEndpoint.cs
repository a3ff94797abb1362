using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Knowledge.Reading;

/// <summary><c>GET /api/v1/knowledge/search</c>: what colleagues find; <c>audience=public</c> shows what a stranger would.</summary>
internal static class SearchEndpoint
{
    /// <param name="Title">Of the article or the question.</param>
    /// <param name="Answer">Of an FAQ: Markdown, as it goes into a reply.</param>
    /// <param name="Url">Its path in the public help centre; null: it is not there.</param>
    /// <param name="Marks">Pairs of begin and end in the excerpt.</param>
    public sealed record Hit(Guid Id, string Kind, int Version, string Title, string Language, string? Heading, string? Anchor, string? Url, IReadOnlyList<string> Category, string Audience, string Excerpt, IReadOnlyList<int[]> Marks, double Score, double Sure, string? Answer);

    public sealed record Fact(string Subject, string Relation, string Target);

    /// <param name="Path">Facts that answer the text together, in their order.</param>
    /// <param name="Corrected">How the text was understood, when a word was mistyped.</param>
    public sealed record Answer(IReadOnlyList<Hit> Items, IReadOnlyList<Fact> Path, string? Corrected);

    public static async Task<IResult> Handle(Actor actor, IKnowledge knowledge, CancellationToken ct, string? q = null, Guid? @base = null, Guid? category = null, string? kind = null, string? language = null, string? audience = null, int limit = 10)
    {
        if (string.IsNullOrWhiteSpace(q))
            return TypedResults.Ok(new Answer([], [], null)); // nothing was asked yet
        if (limit is < 1 or > 50)
            return Refusal.Invalid("limit", "out_of_range", 1, 50).ToProblem();
        if (kind is not (null or "faq" or "article"))
            return Refusal.Invalid("kind", "not_one_of", "faq, article").ToProblem();
        if (ReaderOf(audience) is not { } reader)
            return Refusal.Invalid("audience", "not_one_of", "public, internal, segment:NAME").ToProblem();
        var found = await knowledge.Search(actor.Ws, new KnowledgeQuery(q, reader, @base, language, kind, category, limit), ct);
        var path = await knowledge.Path(actor.Ws, @base, q, reader, ct);
        return TypedResults.Ok(new Answer([.. found.Hits.Select(hit => View(hit, reader))], path is null ? [] : [.. path.Path.Select(fact => new Fact(fact.Subject, fact.Relation, fact.Target))], found.Corrected));
    }

    private static KnowledgeReader? ReaderOf(string? audience) => audience switch
    {
        null or "internal" => KnowledgeReader.Colleague,
        "public" => KnowledgeReader.Stranger,
        _ when audience.StartsWith("segment:", StringComparison.Ordinal) => KnowledgeReader.Customer([audience["segment:".Length..]]),
        _ => null,
    };

    private static Hit View(KnowledgeHit hit, KnowledgeReader reader) => new(
        hit.Source.ItemId, hit.Source.IsFaq ? "faq" : "article", hit.Source.Version, hit.Source.Title, hit.Source.Language, hit.Source.Heading, hit.Source.Anchor, hit.Source.Path, hit.Item.Category,
        hit.Item.Content.Audience.Kind, hit.Excerpt, [.. hit.Marks.Select(mark => new[] { mark.Start, mark.End })], Math.Round(hit.Score, 4), Math.Round(hit.Sure, 4),
        hit.Item.IsFaq ? hit.Item.Content.AnswerFor(reader, hit.Source.Language, null)?.Text : null);
}
