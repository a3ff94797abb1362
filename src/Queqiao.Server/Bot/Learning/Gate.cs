using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Text.Answering;

namespace Queqiao.Server.Bot.Learning;

/// <summary>
/// Nothing is published by itself that makes an answer worse: the brain is taught with the new question, and every standard question must
/// still find its own entry where it did before.
/// </summary>
internal static class Gate
{
    /// <summary>Standard questions that would be answered worse. Pure.</summary>
    /// <param name="known">A brain that has learnt this knowledge; null: it is learnt here.</param>
    public static IReadOnlyList<string> Faults(BotKnowledge now, string entry, string question, Brain? known = null)
    {
        var next = now with { Revision = now.Revision + "+", Entries = [.. now.Entries.Select(one => one.Key == entry ? one with { Similar = [.. one.Similar, question] } : one)] };
        var before = known ?? Brain.Train(now, []);
        var after = Brain.Train(next, [], before: before); // the other language says the same
        List<string> worse = [.. now.Entries.Where(one => Finds(before, one.Title, one.Language) == one.Key && Finds(after, one.Title, one.Language) != one.Key).Select(one => one.Title)];
        if (now.Entries.FirstOrDefault(one => one.Key == entry) is not { } own || Finds(after, question, own.Language) != entry)
            worse.Add(question);
        return worse;
    }

    private static string? Finds(Brain brain, string text, string language) => brain.Reply(text, BotProfile.Default, language, 0) is { Kind: ReplyKind.Answer, Id: var id } ? id : null;
}
