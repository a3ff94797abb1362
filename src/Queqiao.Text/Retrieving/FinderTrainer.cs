using Queqiao.Text.Classifying;
using Queqiao.Text.Learning;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Retrieving;

/// <summary>An entry of a knowledge base.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Questions">The standard question first, then those that mean the same.</param>
/// <param name="Text">The answer, or what else the entry says.</param>
public sealed record KnowledgeEntry(string Id, IReadOnlyList<string> Questions, string? Text = null);

/// <summary>A question whose entry is known.</summary>
/// <param name="Text">The question.</param>
/// <param name="Entries">The entries that answer it; none: it is foreign.</param>
public sealed record LabelledQuestion(string Text, IReadOnlyList<string> Entries);

/// <summary>
/// Learns to find in a knowledge base by leaving some of its questions out and looking for their entries; and when not to answer, by
/// looking for questions whose entry was taken away, and for small talk. Deterministic.
/// </summary>
public static class FinderTrainer
{
    private const int MostTried = 1500;

    // Questions that an editor wrote beside an answer share its words more than customers' questions do: where there are answers, what is
    // learnt from such questions counts little against what customers' questions taught beforehand.
    private static Weighing WeighingOf(bool withTexts) => withTexts ? new Weighing(Priors.WithTexts, 150, 300, 0.1) : new Weighing(Priors.QuestionsOnly, 12, 12, 1);

    /// <summary>Makes a finder of a knowledge base.</summary>
    /// <param name="entries">What can be found.</param>
    /// <param name="asked">Questions of customers whose entry is known; they help to find and to decide.</param>
    /// <param name="meanings">Which words mean the same.</param>
    /// <param name="learnt">What the very same knowledge taught before (<see cref="Learnt.DigestOf"/>): nothing is left out and looked for again. The finder is the same.</param>
    /// <param name="threads">How many may work at once; the finder is the same with any number.</param>
    public static Finder Train(IReadOnlyList<KnowledgeEntry> entries, IReadOnlyList<LabelledQuestion>? asked = null, Meanings? meanings = null, Learnt? learnt = null, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(entries);
        entries = Learnt.InOrder(entries);
        asked ??= [];
        meanings ??= Meanings.Standard;
        var questions = Questions(entries, asked);
        if (learnt is { Fits: true })
            return new Finder(Index(entries, questions, meanings), Classifier(questions), Logistic.Of([.. learnt.Ranking]), Logistic.Of([.. learnt.Decision]));
        var trials = Try(entries, asked, questions, meanings, threads);
        var index = Index(entries, questions, meanings);
        var classifier = Classifier(questions);
        var (ranking, decision) = Learn(trials, WeighingOf(entries.Any(entry => entry.Text is not null)));
        return new Finder(index, classifier, ranking, decision);
    }

    private static EntryClassifier? Classifier(IEnumerable<Asked> questions) => EntryClassifier.Train([.. questions.Select(question => new Example(question.Text, question.Entry))]);

    private static List<Asked> Questions(IReadOnlyList<KnowledgeEntry> entries, IReadOnlyList<LabelledQuestion> asked)
    {
        var known = entries.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        List<Asked> all = [];
        foreach (var entry in entries)
            all.AddRange(entry.Questions.Select(question => new Asked(question, entry.Id, false)));
        foreach (var question in asked)
            all.AddRange(question.Entries.Where(known.Contains).Select(entry => new Asked(question.Text, entry, true)));
        return [.. all.DistinctBy(question => (question.Text, question.Entry))];
    }

    private static QuestionIndex Index(IReadOnlyList<KnowledgeEntry> entries, IEnumerable<Asked> questions, Meanings meanings)
    {
        var index = new QuestionIndex(meanings);
        var byEntry = questions.ToLookup(question => question.Entry, question => question.Text, StringComparer.Ordinal);
        foreach (var entry in entries)
            index.Put(entry.Id, [.. byEntry[entry.Id]], entry.Text);
        return index;
    }

    /// <summary>Leaves questions out in turn and looks for them.</summary>
    private static List<Trial> Try(IReadOnlyList<KnowledgeEntry> entries, IReadOnlyList<LabelledQuestion> asked, List<Asked> questions, Meanings meanings, int threads)
    {
        var foreign = asked.Where(question => question.Entries.Count == 0).Select(question => question.Text).Concat(SmallTalk.Texts).ToList();
        var folds = questions.Count > 8000 ? 1 : questions.Count > 3000 ? 3 : 5;
        var trials = new List<Trial>[folds];
        Parallel.For(0, folds, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, fold =>
        {
            var found = trials[fold] = [];
            var (left, kept) = Split(questions, fold, folds);
            if (left.Count == 0)
                return;
            var index = Index(entries, kept, meanings);
            var classifier = Classifier(kept);
            foreach (var question in left.GroupBy(question => question.Text, StringComparer.Ordinal))
                found.AddRange(Trial.Of(index, classifier, question.Key, [.. question.Select(one => one.Entry)], question.First().IsReal));
            foreach (var text in foreign.Where((_, i) => i % folds == fold))
                found.AddRange(Trial.Of(index, classifier, text, [], isReal: !SmallTalk.Texts.Contains(text)));
        });
        return [.. trials.SelectMany(found => found)]; // in the order of the folds, whoever was first
    }

    /// <summary>Of every entry one question in so many is left out, never the only one; a knowledge base of many entries lends some of them.</summary>
    private static (List<Asked> Left, List<Asked> Kept) Split(List<Asked> questions, int fold, int folds)
    {
        List<Asked> left = [], kept = [];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var sizes = questions.CountBy(question => question.Entry).ToDictionary(StringComparer.Ordinal);
        var every = Math.Max(folds, (questions.Count + MostTried - 1) / MostTried);
        var stride = every % 7 == 0 ? every - 1 : 7; // the turns of an entry must not all fall on one fold
        var order = 0;
        foreach (var question in questions)
        {
            var turn = seen[question.Entry] = seen.GetValueOrDefault(question.Entry) + 1;
            order += turn == 1 ? 1 : 0;
            if ((turn * stride + order) % every == fold && (sizes[question.Entry] > 1 || question.IsReal))
                left.Add(question);
            else
                kept.Add(question);
        }
        return (left, kept);
    }

    private static (Logistic Ranking, Logistic Decision) Learn(List<Trial> trials, Weighing weighing)
    {
        var (rows, answers, weights) = (new List<double[]>(), new List<bool>(), new List<double>());
        foreach (var trial in trials.Where(trial => trial.Entries.Count > 0 && trial.IsFindable))
        {
            foreach (var candidate in trial.Candidates.Take(12))
            {
                rows.Add(candidate.Signals);
                answers.Add(trial.Entries.Contains(candidate.Id));
                weights.Add(trial.IsReal ? 2 : weighing.Editor);
            }
        }
        var prior = weighing.Priors.Ranking;
        var ranking = answers.Contains(true) && answers.Contains(false) ? Logistic.Train(rows, answers, weighing.Ranking, weights, prior) : prior;
        return (ranking, Decision(trials, ranking, weighing));
    }

    private static Logistic Decision(List<Trial> trials, Logistic ranking, Weighing weighing)
    {
        var (rows, answers, weights) = (new List<double[]>(), new List<bool>(), new List<double>());
        foreach (var trial in trials)
        {
            Finder.Rank(trial.Candidates, ranking);
            if (trial.Candidates.Count == 0)
                continue;
            var signals = new double[Finder.DecisionSignals];
            Finder.Decide(trial.Query, trial.Candidates, trial.Index, trial.Gone, signals);
            rows.Add(signals);
            answers.Add(trial.Entries.Contains(trial.Candidates[0].Id));
            weights.Add(trial.IsReal ? trial.Weight : trial.Weight * weighing.Editor);
        }
        return answers.Contains(true) && answers.Contains(false) ? Logistic.Train(rows, answers, weighing.Decision, weights, weighing.Priors.Decision) : weighing.Priors.Decision;
    }

    /// <summary>What is known beforehand, how strongly it pulls, and what a question of an editor weighs against one of a customer.</summary>
    private sealed record Weighing(Priors Priors, double Ranking, double Decision, double Editor);

    private sealed record Asked(string Text, string Entry, bool IsReal);
}
