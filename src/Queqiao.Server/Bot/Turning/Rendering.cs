using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Bot.Turning;

/// <summary>What the bot says in the form that a channel can show. The last message carries what is kept in mind.</summary>
internal static class Rendering
{
    private const string Web = "web";

    /// <summary>Longer texts are cut: one bad entry must not keep the bot from answering.</summary>
    private const int MostText = 9_000;

    public static IReadOnlyList<BotUtterance> For(string channelKind, Thought thought, string name)
    {
        var words = thought.Words.Select(said => Render(channelKind, said, thought.Memory.Language)).ToList();
        if (words.Count == 0)
            return words;
        words[^1] = words[^1] with { Part = words[^1].Part with { State = thought.Memory.Json() } };
        return words;
    }

    /// <summary>Where a message is text and nothing else, it says who speaks, from where it has it, and what can be answered by number.</summary>
    private static BotUtterance Render(string channelKind, BotUtterance said, string language)
    {
        var text = said.Text.Length > MostText ? said.Text[..MostText] : said.Text;
        if (channelKind == Web)
            return said with { Text = text };
        text = Words.Say(language, "bot_label") + text;
        if (said.Part.Citations is { Count: > 0 } citations && said.Part.Kind == BotSays.Answer)
            text += "\n" + Words.Say(language, "bot_source", string.Join(language == "en" ? "; " : "；", citations.Select(one => one.Link is null ? one.Title : $"{one.Title} {one.Link}")));
        if (said.Part.Buttons is { Count: > 0 } buttons)
            text += "\n" + string.Join('\n', buttons.Select((button, i) => $"{i + 1}. {button.Text}")) + "\n" + Words.Say(language, "bot_choose_number");
        return said with { Text = text };
    }
}
