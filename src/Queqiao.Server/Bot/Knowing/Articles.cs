using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Knowledge;

namespace Queqiao.Server.Bot.Knowing;

/// <summary>
/// Where no FAQ answers, a passage of a public article may: said as what it is, word for word and with its address. It does not count as an
/// answer that ends failures, so a second miss still reaches a person. Also tells the knowledge what was used and what was missed.
/// </summary>
internal sealed class Articles(IKnowledge? knowledge = null)
{
    /// <summary>Nearly everything that was asked must stand in the passage.</summary>
    private const double Covered = 0.8;
    private const int MostText = 600;

    public async ValueTask<Thought> Look(int ws, Situation at, Thought thought, CancellationToken ct)
    {
        if (knowledge is null || !thought.MayAskModel || thought.Then is not null || at.Memory.Flow is not null || thought.Words is not [{ Part: { Kind: BotSays.Refuse } refused }])
            return thought;
        var query = new KnowledgeQuery(at.Said, KnowledgeReader.Stranger, Language: at.Language == "en" ? "en" : "zh-CN", Kind: "article", Limit: 1);
        if ((await knowledge.Search(ws, query, ct)).Hits is not [{ Sure: >= Covered } hit] || !hit.Item.MaySee(KnowledgeReader.Stranger, at.Now))
            return thought;
        var title = hit.Source.Heading is { Length: > 0 } heading ? $"{hit.Source.Title} · {heading}" : hit.Source.Title;
        var passage = Words.Short(hit.Excerpt, MostText);
        var part = new BotPart(BotSays.Answer, "offline")
        {
            Entry = hit.Source.ItemId.ToString(), Score = Math.Round(hit.Sure, 3), Buttons = refused.Buttons,
            Citations = [new BotCitation(hit.Source.ItemId.ToString(), title, hit.Source.Path, passage)],
        };
        return thought with
        {
            Words = [new BotUtterance(at.Text("bot_article", hit.Source.Title) + "\n" + passage, part)],
            Memory = at.Memory.With(new Tried(Words.Short(at.Said), BotSays.Answer, title)) with { Misses = thought.Memory.Misses, Offers = thought.Memory.Offers, LastEntry = null },
            Path = "article",
        };
    }

    /// <summary>What was said, for the reports of use and of gaps.</summary>
    public void Told(int ws, Situation at, Thought thought)
    {
        foreach (var part in thought.Words.Select(said => said.Part))
        {
            foreach (var citation in part.Citations ?? [])
            {
                if (Guid.TryParse(citation.Id, out var item))
                    knowledge?.Note(ws, item, KnowledgeUse.Cited);
            }
            if (part.Kind == BotSays.Refuse && thought.Path == "knowledge")
                knowledge?.Missed(ws, null, at.Said, "bot");
        }
    }
}
