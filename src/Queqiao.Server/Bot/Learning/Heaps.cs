using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Text.Clustering;
using Queqiao.Text.Extracting;
using Queqiao.Text.Folding;
using Queqiao.Text.HandingOver;
using Queqiao.Text.Keywords;

namespace Queqiao.Server.Bot.Learning;

/// <summary>A question that the bot did not answer well.</summary>
/// <param name="Reply">What a colleague answered afterwards; null: nobody did.</param>
internal sealed record BadQuestion(Guid Conversation, long Seq, long At, string Text, string Language, string? Reply);

/// <param name="Entry">What comes nearest, when it may be meant.</param>
/// <param name="Score">How near, 0 to 1.</param>
internal sealed record Heap(IReadOnlyList<BadQuestion> Questions, SuggestionText Text, string? Entry, double Score);

/// <summary>Questions that ask for the same, put together and named: pure.</summary>
internal static class Heaps
{
    /// <summary>From here on a heap is another way to ask for an entry that exists.</summary>
    private const double Near = 0.3;

    /// <summary>Of the candidates' shares, what the best one must have.</summary>
    private const double Clear = 0.4;

    private const int MostExamples = 8;
    private const int FewQuestions = 12;

    /// <summary>The question without what identifies a person; null: there is nothing to learn from it.</summary>
    public static string? Clean(string text)
    {
        text = text.Trim();
        if (text.Length is < 2 or > 300 || PersonWish.Standard.IsIn(text) || Anger.IsIn(text) || Thinking.Chat.Of(text) != Thinking.ChatKind.None)
            return null;
        return text.Count(char.IsLetter) >= 2 ? PersonalData.Mask(text) : null;
    }

    public static IReadOnlyList<Heap> Of(IReadOnlyList<BadQuestion> questions, Brain brain, long now)
    {
        var heaps = new List<Heap>();
        foreach (var ofLanguage in questions.GroupBy(question => question.Language))
        {
            var all = ofLanguage.ToList();
            foreach (var heap in Grouped(all, all.ConvertAll(question => question.Text)))
                heaps.Add(Named(heap, brain, now));
        }
        return heaps;
    }

    private static IEnumerable<IReadOnlyList<BadQuestion>> Grouped(List<BadQuestion> all, List<string> texts)
    {
        if (all.Count < FewQuestions)
            return Split(all); // too few to learn from what they share
        var heaps = QuestionClusters.Of(texts.ConvertAll(PersonalData.WithoutMasks), Math.Max(2, (int)Math.Ceiling(Math.Sqrt(all.Count) * 1.5)));
        return all.Select((question, i) => (question, Heap: heaps[i])).GroupBy(one => one.Heap, one => one.question).SelectMany(group => Split([.. group]));
    }

    /// <summary>What was put together but has nothing in common is taken apart again.</summary>
    private static IEnumerable<IReadOnlyList<BadQuestion>> Split(List<BadQuestion> heap)
    {
        while (heap.Count > 0)
        {
            var first = heap[0];
            var same = heap.Where(question => Alike(first.Text, question.Text) >= 0.3).ToList();
            yield return same;
            heap = [.. heap.Except(same)];
        }
    }

    /// <summary>How much two texts share: pairs of characters in Chinese, words elsewhere. Null: one has nothing that could be shared, nobody can say.</summary>
    public static double? Alike(string a, string b)
    {
        if (a == b)
            return 1;
        var (one, other) = (PiecesOf(a), PiecesOf(b));
        return one.Count == 0 || other.Count == 0 ? null : (double)one.Intersect(other).Count() / Math.Min(one.Count, other.Count);
    }

    internal static HashSet<string> PiecesOf(string text)
    {
        var folded = TextFolding.Fold(text);
        if (!folded.Any(Han.IsHan))
            return [.. folded.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length > 3)];
        var letters = folded.Where(letter => char.IsLetterOrDigit(letter)).ToArray();
        return [.. Enumerable.Range(0, Math.Max(0, letters.Length - 1)).Select(i => new string(letters, i, 2))];
    }

    private static Heap Named(IReadOnlyList<BadQuestion> heap, Brain brain, long now)
    {
        var middle = heap.MaxBy(question => heap.Sum(other => Alike(question.Text, other.Text)))!;
        var reply = brain.Reply(PersonalData.WithoutMasks(middle.Text), BotProfile.Default, middle.Language, now);
        var nearest = reply.Candidates.FirstOrDefault(candidate => brain.Entry(candidate.Id) is not null);
        var isNear = nearest.Id is not null && reply.Score >= Near && nearest.Share >= Clear;
        var words = KeywordReader.Of([.. heap.Select(question => question.Text)], 3).Select(word => word.Word).ToList();
        return new Heap(
            heap,
            new SuggestionText(words.Count > 0 ? string.Join(" · ", words) : Thinking.Words.Short(middle.Text, 20), middle.Text, Answer(heap), [.. heap.Select(question => question.Text).Where(text => text != middle.Text).Distinct().Take(MostExamples)], middle.Language),
            isNear ? nearest.Id : null, isNear ? Math.Round(reply.Score, 3) : 0);
    }

    /// <summary>What a colleague said that is most like what others said: one slip is not the answer.</summary>
    private static string? Answer(IReadOnlyList<BadQuestion> heap)
    {
        var replies = heap.Select(question => question.Reply).OfType<string>().ToList();
        return replies.Count == 0 ? null : replies.MaxBy(reply => replies.Sum(other => Alike(reply, other)) + Math.Min(reply.Length, 120) / 1000.0);
    }
}
