using Queqiao.Text.Answering;
using Queqiao.Text.Retrieving;

namespace Queqiao.Text.Tests.Answering;

/// <summary>
/// The demo shop's knowledge and customers' questions to it that are not there (docs/nlu.md says who wrote which list). The floors lie a little
/// under what was measured: one learning differs from the next by two or three points.
/// </summary>
public sealed class ShopQuestionsTests
{
    private static readonly string Here = AppContext.BaseDirectory;

    private static readonly Lazy<Answerer> Bot = new(() => new Answerer(
        new[] { "zh", "en" }.ToDictionary(language => language, language => FinderTrainer.Train(Entries(language), threads: 2)),
        new FactGraph([.. Rows("Shop/graph.tsv").Select(row => new Fact(row[0], row[1], row[2]))])));

    [Theory]
    [InlineData("", 0.93, 0.06, 0.86)]
    [InlineData("-2", 0.87, 0.08, 0.87)]
    [InlineData("-3", 0.93, 0.04, 0.94)]
    [InlineData("-4", 0.70, 0.08, 0.92)]
    [InlineData("-5", 0.83, 0.10, 0.94)]
    [InlineData("-6", 0.77, 0.13, 0.90)]
    public void Most_are_answered_right_few_wrong_and_what_nothing_answers_is_refused(string list, double right, double wrong, double refused)
    {
        int asked = 0, answered = 0, wellAnswered = 0, foreign = 0, foreignRefused = 0;
        foreach (var row in Rows($"shop-questions{list}.tsv").Where(row => row[2] is not ("graph" or "order" or "human") && (row.Length < 4 || row[3] is not ("graph" or "order" or "human"))))
        {
            var reply = Bot.Value.Reply(row[1]);
            var says = reply.Kind is not (ReplyKind.Clarify or ReplyKind.Refuse);
            if (row[2] == "oos")
            {
                foreign++;
                foreignRefused += says && reply.Kind != ReplyKind.Person ? 0 : 1;
                answered += says && reply.Kind != ReplyKind.Person ? 1 : 0;
                continue;
            }
            asked++;
            answered += says ? 1 : 0;
            wellAnswered += reply.Kind == ReplyKind.Answer && row[2].Split('|', ',').Contains(reply.Id) ? 1 : 0;
        }
        Assert.True(asked > 100 && foreign > 30);
        Assert.True(wellAnswered >= right * asked, $"right: {wellAnswered} of {asked}");
        Assert.True(answered - wellAnswered <= wrong * answered, $"wrong: {answered - wellAnswered} of {answered}");
        Assert.True(foreignRefused >= refused * foreign, $"refused: {foreignRefused} of {foreign}");
    }

    private static List<KnowledgeEntry> Entries(string language) => [.. Rows($"Shop/faqs.{language}.tsv").Select(row => new KnowledgeEntry(row[0], [row[2], .. row[3].Split(" || ", StringSplitOptions.RemoveEmptyEntries)], row[4]))];

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(Path.Combine(Here, file)).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'));
}
