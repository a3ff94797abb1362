using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge;

/// <summary>
/// The gate, for parts that make knowledge: what publishing would do to the answers there are. Every way by which knowledge becomes visible
/// asks it: an editor, a schedule, an import, a suggestion, a bot that learns by itself.
/// </summary>
internal interface IKnowledgeGate
{
    /// <summary>What another way to ask for an FAQ would do. Null: there is no such FAQ, or it has the question already.</summary>
    Task<TrialResult?> OfSimilar(int ws, Guid faq, string language, string question, CancellationToken ct);

    /// <summary>What a new FAQ would do. Null: there is no base for it.</summary>
    Task<TrialResult?> OfNew(int ws, NewKnowledge item, CancellationToken ct);

    /// <summary>Keeps what it said in the base's history.</summary>
    void Keep(WriteUnit unit, TrialResult result, Guid item, Guid? by);
}

/// <param name="CheckId">Of the regression set; for an FAQ's standard question, and for the question that is added, that of the FAQ.</param>
/// <param name="Got">What came of it after the change, as a word and the item's title.</param>
/// <param name="ItemId">The item that answers after the change.</param>
/// <param name="ExpectedId">The item that is to answer.</param>
internal sealed record TrialLine(Guid CheckId, string Question, string Expects, string? ExpectedTitle, string GotBefore, string Got, Guid? ItemId = null, Guid? ExpectedId = null);

/// <summary>What a base's questions say about a change.</summary>
internal sealed record TrialResult(Guid BaseId, int Total, int RightBefore, int RightAfter, IReadOnlyList<TrialLine> Better, IReadOnlyList<TrialLine> Worse, IReadOnlyList<TrialLine> StillWrong, long Milliseconds)
{
    /// <summary>Whether a question finds what it is to find after the change.</summary>
    public bool Finds(string question) => StillWrong.Concat(Worse).All(line => line.Question != question);
}
