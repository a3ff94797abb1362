using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Learning;

/// <summary>
/// Puts what was learnt into the firm's knowledge, in the transaction of the decision; before it, the knowledge's gate says what that would
/// do to other answers.
/// </summary>
internal sealed class KnowledgeGrowth(IKnowledgeEditing editing, IKnowledgeGate gate)
{
    public Task<TrialResult?> TrySimilar(int ws, Guid faq, string language, string question, CancellationToken ct) => gate.OfSimilar(ws, faq, Tag(language), question, ct);

    public Task<TrialResult?> TryFaq(int ws, string language, string question, IReadOnlyList<string> similar, string answer, Guid by, CancellationToken ct) =>
        gate.OfNew(ws, Faq(language, question, similar, answer, by), ct);

    /// <summary>What the gate said stands in the history of the base.</summary>
    public void Keep(WriteUnit unit, TrialResult? result, Guid item, Guid? by)
    {
        if (result is not null)
            gate.Keep(unit, result, item, by);
    }

    public Task<Guid> AddFaq(WriteUnit unit, int ws, string language, string question, IReadOnlyList<string> similar, string answer, Guid by, CancellationToken ct) =>
        editing.Add(unit, ws, Faq(language, question, similar, answer, by), ct);

    public Task<int?> AddSimilar(WriteUnit unit, int ws, Guid faq, string language, string question, Guid? by, CancellationToken ct) =>
        editing.AddSimilar(unit, ws, faq, Tag(language), question, by, publish: true, ct);

    public Task<bool> RemoveSimilar(WriteUnit unit, int ws, Guid faq, string question, Guid? by, CancellationToken ct) => editing.RemoveSimilar(unit, ws, faq, question, by, ct);

    public Task<bool> Withdraw(WriteUnit unit, int ws, Guid faq, Guid? by, CancellationToken ct) => editing.Withdraw(unit, ws, faq, by, ct);

    private static NewKnowledge Faq(string language, string question, IReadOnlyList<string> similar, string answer, Guid by) => new(IsFaq: true, new KnowledgeContent
    {
        Wordings = [new FaqWording(Tag(language), question, similar)],
        Answers = [new FaqAnswer(Tag(language), answer)],
    }, By: by, Publish: true, Note: "learning");

    private static string Tag(string language) => language == "en" ? "en" : "zh-CN";
}
