using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Learning;

/// <summary>Puts what was learnt into the firm's knowledge, in the transaction of the decision.</summary>
internal sealed class KnowledgeGrowth(IKnowledgeEditing editing)
{
    public Task<Guid> AddFaq(WriteUnit unit, int ws, string language, string question, IReadOnlyList<string> similar, string answer, Guid by, CancellationToken ct) =>
        editing.Add(unit, ws, new NewKnowledge(IsFaq: true, new KnowledgeContent
        {
            Wordings = [new FaqWording(Tag(language), question, similar)],
            Answers = [new FaqAnswer(Tag(language), answer)],
        }, By: by, Publish: true, Note: "learning"), ct);

    public Task<int?> AddSimilar(WriteUnit unit, int ws, Guid faq, string language, string question, Guid? by, CancellationToken ct) =>
        editing.AddSimilar(unit, ws, faq, Tag(language), question, by, publish: true, ct);

    public Task<bool> RemoveSimilar(WriteUnit unit, int ws, Guid faq, string question, Guid? by, CancellationToken ct) => editing.RemoveSimilar(unit, ws, faq, question, by, ct);

    private static string Tag(string language) => language == "en" ? "en" : "zh-CN";
}
