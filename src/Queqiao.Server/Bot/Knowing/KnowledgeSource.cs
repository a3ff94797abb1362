using Queqiao.Server.Knowledge;
using Queqiao.Text.Answering;

namespace Queqiao.Server.Bot.Knowing;

/// <summary>
/// What bots know, out of the firm's knowledge: published FAQs and facts that everybody may see, and nothing else. A text for colleagues never
/// comes into a brain, so no question can bring it out.
/// </summary>
internal sealed class KnowledgeSource(IKnowledge knowledge) : IBotKnowledgeSource
{
    public event Action<int>? Changed
    {
        add => knowledge.Changed += value;
        remove => knowledge.Changed -= value;
    }

    public async ValueTask<BotKnowledge> Read(int ws, CancellationToken ct)
    {
        var published = await knowledge.Published(ws, null, ct);
        var entries = new List<BotEntry>();
        foreach (var item in published.Faqs.Where(item => KnowledgeReader.Stranger.MaySee(item.Content.Audience)))
        {
            foreach (var entry in Entries(item))
                entries.Add(entry with { Link = await knowledge.LinkTo(ws, item, entry.Language, ct) });
        }
        return new BotKnowledge(
            published.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture) + "/" + published.Items.Count + "/" + published.Facts.Count,
            [.. entries.DistinctBy(entry => entry.Key)],
            [.. published.Facts.Where(fact => !fact.IsInternal).Select(fact => new Fact(fact.Subject, fact.Relation, fact.Target))],
            published.Synonyms);
    }

    /// <summary>One for each language that it is asked and answered in.</summary>
    internal static IEnumerable<BotEntry> Entries(PublishedItem item)
    {
        foreach (var wording in item.Content.Wordings)
        {
            var language = KnowledgeContent.Speaks(wording.Language, "zh") ? "zh" : "en";
            var answer = item.Content.AnswerFor(KnowledgeReader.Stranger, wording.Language, null)?.Text ?? "";
            var own = ByChannel(item.Content, wording.Language, answer);
            if (answer.Length > 0 || own.Count > 0)
                yield return new BotEntry(item.Id.ToString(), language, wording.Question, wording.Similar, answer, null, item.Content.ValidFrom, item.Content.ValidTo) { ByChannel = own };
        }
    }

    /// <summary>What is answered otherwise on kinds of channels.</summary>
    private static Dictionary<string, string> ByChannel(KnowledgeContent content, string language, string common) =>
        content.Answers.Select(answer => answer.Channel).OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(channel => (Channel: channel, Text: content.AnswerFor(KnowledgeReader.Stranger, language, channel)?.Text ?? ""))
            .Where(one => one.Text.Length > 0 && one.Text != common)
            .ToDictionary(one => one.Channel, one => one.Text, StringComparer.Ordinal);
}
