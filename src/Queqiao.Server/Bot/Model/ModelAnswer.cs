using System.Text.Json;
using Queqiao.Server.Bot.Learning;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Bot.Model;

/// <summary>
/// Checks what a model answered, sentence by sentence, against the texts it was given: a sentence without a source, with a number or an address
/// that no source has, that denies what they say, or in words of its own is not said. Whatever the customer talked the model into does not come through here. Pure.
/// </summary>
internal static class ModelAnswer
{
    /// <summary>How much of a sentence must stand in its sources.</summary>
    private const double Grounded = 0.45;

    private const string ThoughtEnd = "</think>";

    private const int MostSentences = 8;
    private const int MostSentence = 400;

    /// <summary>The sentences that hold; empty: there is no answer.</summary>
    public static IReadOnlyList<(string Text, IReadOnlyList<Source> Sources)> Check(string content, IReadOnlyList<Source> sources)
    {
        List<(string, IReadOnlyList<Source>)> held = [];
        try
        {
            using var document = Parsed(content);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || (root.TryGetProperty("answerable", out var answerable) && answerable.ValueKind == JsonValueKind.False)
                || !root.TryGetProperty("sentences", out var sentences) || sentences.ValueKind != JsonValueKind.Array)
                return [];
            foreach (var sentence in sentences.EnumerateArray().Take(MostSentences))
            {
                if (Read(sentence) is not var (text, names) || text.Length is 0 or > MostSentence)
                    continue;
                var rests = sources.Where(source => names.Contains(source.Name)).ToList();
                if (rests.Count > 0 && Holds(text, rests))
                    held.Add((text, rests));
            }
        }
        catch (JsonException)
        {
            return []; // words instead of JSON: nothing can be checked
        }
        return held;
    }

    /// <summary>Whether it is an object at all, as it was asked for.</summary>
    public static bool IsJson(string content)
    {
        try
        {
            using var document = Parsed(content);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What is said, with its sources by number.</summary>
    public static BotUtterance Utter(IReadOnlyList<(string Text, IReadOnlyList<Source> Sources)> sentences, string model)
    {
        var used = sentences.SelectMany(sentence => sentence.Sources).Distinct().ToList();
        var text = string.Concat(sentences.Select(sentence => $"{sentence.Text}{string.Concat(sentence.Sources.Select(source => $"[{used.IndexOf(source) + 1}]"))} ")).Trim();
        return new BotUtterance(text, new BotPart(BotSays.Answer, model)
        {
            Entry = used[0].Entry.Key, Citations = [.. used.Select(source => new BotCitation(source.Entry.Id, source.Entry.Title, source.Entry.Link, Words.Short(Words.Plain(source.Entry.Answer), 160)))],
        });
    }

    private static (string Text, IReadOnlyList<string> Sources)? Read(JsonElement sentence)
    {
        if (sentence.ValueKind != JsonValueKind.Object || !sentence.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String
            || !sentence.TryGetProperty("sources", out var names) || names.ValueKind != JsonValueKind.Array)
            return null;
        return (Words.Plain(text.GetString()!), [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)]);
    }

    private static bool Holds(string sentence, IReadOnlyList<Source> sources)
    {
        var answers = string.Join('\n', sources.Select(source => Words.Plain(source.Entry.Answer)));
        var said = string.Join('\n', [.. sources.Select(source => source.Entry.Title), answers]);
        return Claims.StandIn(sentence, said) && Denials.Agree(sentence, answers) && Covered(sentence, said) >= Grounded;
    }

    private static double Covered(string sentence, string said)
    {
        var pieces = Heaps.PiecesOf(sentence);
        return pieces.Count == 0 ? 0 : (double)pieces.Intersect(Heaps.PiecesOf(said)).Count() / pieces.Count;
    }

    private static JsonDocument Parsed(string content) => JsonDocument.Parse(Unfenced(content), new JsonDocumentOptions { MaxDepth = 8 });

    /// <summary>Many models think aloud first, and wrap JSON into a fence.</summary>
    private static string Unfenced(string content)
    {
        if (content.LastIndexOf(ThoughtEnd, StringComparison.OrdinalIgnoreCase) is >= 0 and var end)
            content = content[(end + ThoughtEnd.Length)..]; // some servers leave out where it began
        var (from, to) = (content.IndexOf('{', StringComparison.Ordinal), content.LastIndexOf('}'));
        return from >= 0 && to > from ? content[from..(to + 1)] : content;
    }
}
