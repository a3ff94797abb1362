using Queqiao.Server.Knowledge.Rendering;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Text.Passages;

namespace Queqiao.Server.Knowledge.Reporting;

/// <summary>
/// Finds items that say different things about the same: a question that two FAQs answer, and two answers about much the same that name
/// different numbers (days, amounts, percents). A hint for people, with both texts as the proof. Pure.
/// </summary>
internal static class Contradicting
{
    private const double Alike = 0.6;
    private const int MostItems = 3_000;

    public sealed record Found(string Reason, string Detail, PublishedItem One, string TextOfOne, PublishedItem Other, string TextOfOther);

    public static IEnumerable<Found> In(IReadOnlyList<PublishedItem> items)
    {
        var faqs = items.Where(item => item.IsFaq).Take(MostItems).ToList();
        return Twice(faqs).Concat(Numbers(faqs));
    }

    private static IEnumerable<Found> Twice(List<PublishedItem> faqs)
    {
        var asked = new Dictionary<string, PublishedItem>(StringComparer.Ordinal);
        foreach (var faq in faqs)
        {
            foreach (var question in faq.Content.Wordings.SelectMany(one => one.Similar.Prepend(one.Question)))
            {
                var same = ContentRules.Same(question);
                if (asked.TryGetValue(same, out var first) && first != faq)
                    yield return new Found("same_question", question, first, TextOf(first), faq, TextOf(faq));
                else
                    asked[same] = faq;
            }
        }
    }

    private static IEnumerable<Found> Numbers(List<PublishedItem> faqs)
    {
        var index = new PassageIndex<int>();
        for (var i = 0; i < faqs.Count; i++)
            index.Put(i, [new Passage(faqs[i].Content.TitleIn("zh-CN"), "")]);
        for (var i = 0; i < faqs.Count; i++)
        {
            var mine = Measures(TextOf(faqs[i]));
            if (mine.Count == 0)
                continue;
            foreach (var near in index.Find(faqs[i].Content.TitleIn("zh-CN"), Synonyms.Standard, 3, other => other > i).Items.Where(near => near.Covered >= Alike))
            {
                var theirs = Measures(TextOf(faqs[near.Key]));
                var unit = mine.Keys.Intersect(theirs.Keys, StringComparer.Ordinal).FirstOrDefault(unit => !mine[unit].Overlaps(theirs[unit]));
                if (unit is not null)
                    yield return new Found("different_numbers", $"{string.Join('/', mine[unit])} ≠ {string.Join('/', theirs[unit])} {unit}", faqs[i], TextOf(faqs[i]), faqs[near.Key], TextOf(faqs[near.Key]));
            }
        }
    }

    private static string TextOf(PublishedItem item) => Markup.Plain(item.Content.Answers is [var first, ..] ? first.Text : "");

    /// <summary>Numbers by what they count: <c>天</c> → 7, 15.</summary>
    internal static Dictionary<string, HashSet<string>> Measures(string text)
    {
        var found = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                continue;
            var end = i;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || (text[end] == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))))
                end++;
            var rest = text.AsSpan(end).TrimStart();
            foreach (var unit in Units)
            {
                if (!rest.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
                    continue;
                if (!found.TryGetValue(unit, out var numbers))
                    found.Add(unit, numbers = new(StringComparer.Ordinal));
                numbers.Add(text[i..end]);
                break;
            }
            i = end;
        }
        return found;
    }

    private static readonly string[] Units = ["个工作日", "工作日", "个月", "天", "小时", "分钟", "年", "元", "%", "次", "working days", "business days", "days", "hours", "months", "years"];
}
