using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Turning;
using Queqiao.Text.Answering;
using Queqiao.Text.Extracting;
using Queqiao.Text.Feelings;
using Queqiao.Text.Folding;
using Queqiao.Text.HandingOver;

namespace Queqiao.Server.Bot.Learning;

/// <summary>How a conversation began, and how it was for the customer.</summary>
/// <param name="Texts">What the customer wrote at first, at most eight messages: the first that is about something says what it is about, all of them how it sounded.</param>
/// <param name="Rating">1 to 5; null: not asked.</param>
internal sealed record Opening(Guid Conversation, long At, IReadOnlyList<string> Texts, int? Rating);

/// <summary>What many customers write about.</summary>
/// <param name="Entry">The entry of the knowledge that they mean; null: there is none.</param>
/// <param name="Recent">Conversations of the newer half of the time, and of the older.</param>
/// <param name="Negative">Of unhappy people, or rated with 1 or 2.</param>
/// <param name="Quotes">What they wrote, without what identifies anybody.</param>
/// <param name="Conversations">The newest of them.</param>
/// <param name="Positive">Of glad people, or rated with 4 or 5.</param>
/// <param name="Rating">The mean of 1 to 5; null: nobody rated.</param>
/// <param name="Course">Conversations in each of ten equal parts of the time, the oldest first.</param>
internal sealed record Topic(string Name, string? Entry, int Size, int Recent, int Earlier, int Negative, int Positive, double? Rating, IReadOnlyList<int> Course, IReadOnlyList<string> Quotes, IReadOnlyList<TopicProduct> Products, IReadOnlyList<Guid> Conversations);

internal sealed record TopicProduct(string Name, int Count);

/// <summary>Puts conversations together by what they are about: by the entry that they mean, and the rest by their words. Pure.</summary>
internal static class Topics
{
    /// <summary>So near an entry that this is what it is about, although it may not be sure enough to answer.</summary>
    private const double Near = 0.3;
    private const double Clear = 0.4;
    private const int MostTopics = 40;
    private const int MostQuotes = 3;
    private const int MostListed = 50;
    private const int MostProducts = 2000;
    private const int Parts = 10;

    public static IReadOnlyList<Topic> Of(IReadOnlyList<Opening> openings, Brain brain, long since, long now)
    {
        List<string> products = [.. brain.Knowledge.Facts.Select(fact => fact.Subject).Where(name => name.Length >= 2).Distinct(StringComparer.Ordinal).Take(MostProducts)];
        List<(string Name, string? Entry, List<About> All)> topics = [];
        var about = openings.Select(AboutOf).OfType<About>().ToList();
        var meant = about.ToLookup(one => EntryOf(one, brain, now));
        foreach (var group in meant.Where(group => group.Key is not null))
            topics.Add((brain.TitleOf(group.Key!) ?? group.First().Question, group.Key, [.. group]));
        var byPlace = meant[null].ToDictionary(one => one.Of.Conversation);
        foreach (var heap in Heaps.Of([.. meant[null].Select(one => new BadQuestion(one.Of.Conversation, 0, one.Of.At, one.Question, one.Language, null))], brain, now))
            topics.Add((heap.Text.Name, heap.Entry, [.. heap.Questions.Select(question => byPlace[question.Conversation])]));
        return [.. topics.OrderByDescending(topic => topic.All.Count).ThenBy(topic => topic.Name, StringComparer.Ordinal).Take(MostTopics).Select(topic => Counted(topic.Name, topic.Entry, topic.All, products, since, now))];
    }

    private sealed record About(Opening Of, string Question, string Language, MoodKind Mood);

    /// <summary>Null: nothing was said that is about anything.</summary>
    private static About? AboutOf(Opening opening)
    {
        if (opening.Texts.Select(text => Anger.IsIn(text) ? PersonalData.Mask(text.Trim()) : Heaps.Clean(text)).FirstOrDefault(text => text is { Length: >= 2 and <= 300 }) is not { } question)
            return null;
        return new About(opening, question, TurnTaking.LanguageOf(question, "zh"), MoodOf(opening));
    }

    /// <summary>What they rated counts more than how it sounded; who was unhappy at any time was unhappy.</summary>
    internal static MoodKind MoodOf(Opening opening)
    {
        if (opening.Rating is { } rating and not 3)
            return rating <= 2 ? MoodKind.Negative : MoodKind.Positive;
        var moods = opening.Texts.Select(Mood.Of).ToList();
        return moods.Contains(MoodKind.Negative) ? MoodKind.Negative : moods.Contains(MoodKind.Positive) ? MoodKind.Positive : MoodKind.Neutral;
    }

    private static string? EntryOf(About about, Brain brain, long now)
    {
        var reply = brain.Reply(PersonalData.WithoutMasks(about.Question), BotProfile.Default, about.Language, now);
        return reply.Kind == ReplyKind.Answer ? reply.Id
            : reply.Score >= Near && reply.Candidates is [{ Share: >= Clear } first, ..] ? first.Id
            : null;
    }

    private static Topic Counted(string name, string? entry, List<About> all, List<string> products, long since, long now)
    {
        var middle = since + ((now - since) / 2);
        var course = new int[Parts];
        foreach (var one in all)
            course[(int)Math.Clamp((one.Of.At - since) * Parts / Math.Max(1, now - since), 0, Parts - 1)]++;
        var rated = all.Select(one => one.Of.Rating).OfType<int>().ToList();
        var newest = all.OrderByDescending(one => one.Of.At).ToList();
        var texts = all.ConvertAll(one => TextFolding.Fold(string.Join('\n', one.Of.Texts)));
        var named = products.Select(product => new TopicProduct(product, texts.Count(text => text.Contains(TextFolding.Fold(product), StringComparison.Ordinal)))).Where(product => product.Count > 0);
        return new Topic(
            name, entry, all.Count, all.Count(one => one.Of.At >= middle), all.Count(one => one.Of.At < middle), all.Count(one => one.Mood == MoodKind.Negative),
            all.Count(one => one.Mood == MoodKind.Positive), rated.Count == 0 ? null : Math.Round(rated.Average(), 2), course,
            [.. newest.OrderBy(one => one.Mood).Select(one => one.Question).Distinct(StringComparer.Ordinal).Take(MostQuotes)],
            [.. named.OrderByDescending(product => product.Count).ThenBy(product => product.Name, StringComparer.Ordinal).Take(MostQuotes)],
            [.. newest.Take(MostListed).Select(one => one.Of.Conversation)]);
    }
}
