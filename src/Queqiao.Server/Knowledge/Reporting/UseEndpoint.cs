using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Knowledge.Reporting;

/// <summary><c>POST /api/v1/knowledge/items/{id}/used</c>: what colleagues did with it.</summary>
internal static class UseEndpoint
{
    /// <param name="How"><c>cited</c>: it went into a reply; <c>solved</c>; <c>wrong</c>: something in it does not hold.</param>
    /// <param name="Comment">What is wrong.</param>
    public sealed record Request(string How = "cited", string? Comment = null);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, KnowledgeLibrary library, IKnowledge knowledge, ReaderFeedback feedback, CancellationToken ct)
    {
        if ((await library.Of(actor.Ws, ct)).Find(id) is not { } shelved)
            return Refusal.NotFound().ToProblem();
        if (request.How is not ("cited" or "solved" or "wrong"))
            return Refusal.Invalid("how", "not_one_of", "cited, solved, wrong").ToProblem();
        if (request.Comment?.Length > 1_000)
            return Refusal.Invalid("comment", "too_long", 1_000).ToProblem();
        if (request.How == "wrong")
            await feedback.Give(actor.Ws, shelved.Item, liked: false, request.Comment, "agent", ct);
        else
            knowledge.Note(actor.Ws, id, request.How == "cited" ? KnowledgeUse.Cited : KnowledgeUse.Solved);
        return TypedResults.NoContent();
    }
}
