using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>What a bot lets people choose, as a platform can show it. Pure.</summary>
internal static class Choices
{
    /// <summary>What a button of ours brings back, where a platform tells of it by that alone.</summary>
    public const string Payload = "say:";

    public static CardContent Card(string text, IReadOnlyList<string> choices) => new(text) { Buttons = [.. choices.Select(choice => new CardButton(choice, Payload + choice))] };

    /// <summary>Numbered, with a line that says that a number is enough.</summary>
    public static string Lines(string text, IReadOnlyList<string> choices) =>
        $"{text}\n{string.Join('\n', choices.Select((choice, index) => $"{index + 1}. {choice}"))}\n{Messages.Text(IsChinese(text) ? Locale.ZhCn : Locale.En, "choose_by_number")}";

    /// <summary>For kinds that know texts only.</summary>
    public static OutgoingMessage SpelledOut(OutgoingMessage message) => message.Choices.Count == 0 ? message : message with { Text = Lines(message.Text, message.Choices), Choices = [] };

    private static bool IsChinese(string text) => text.Any(letter => letter is >= '\u4E00' and <= '\u9FFF');
}
