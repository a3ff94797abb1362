using Queqiao.Server.Knowledge.Rendering;
using Queqiao.Text.Passages;

namespace Queqiao.Server.Knowledge.Reading;

/// <summary>A piece of an item that can be found and cited by itself.</summary>
/// <param name="Answer">Of an FAQ: which of its answers; what is shown must be one that the reader may see.</param>
internal sealed record CutPassage(string Language, string Title, string? Heading, string? Anchor, string Text, FaqAnswer? Answer)
{
    public Passage Indexed(string also) => new(string.Join('\n', new[] { Title, Heading, also }.Where(part => !string.IsNullOrEmpty(part))), Text);
}

/// <summary>Cuts items into passages: an answer is one, an article one for each heading, long ones by their paragraphs. Pure.</summary>
internal static class Passages
{
    private const int Most = 900;

    public static IReadOnlyList<CutPassage> Of(KnowledgeContent content)
    {
        var passages = new List<CutPassage>();
        foreach (var answer in content.Answers)
        {
            var wording = content.Wordings.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, answer.Language)) ?? content.Wordings[0];
            passages.Add(new CutPassage(answer.Language, wording.Question, null, null, Markup.Plain(answer.Text), answer));
        }
        foreach (var text in content.Texts)
        {
            foreach (var section in Markup.Sections(text.Body))
                passages.AddRange(Pieces(section.Text).Select(piece => new CutPassage(text.Language, text.Title, section.Heading, section.Anchor, piece, null)));
            if (text.Summary is { Length: > 0 } summary)
                passages.Add(new CutPassage(text.Language, text.Title, null, null, summary, null));
        }
        return passages;
    }

    /// <summary>What a passage is found by besides its own words.</summary>
    public static string Also(KnowledgeContent content, CutPassage passage) => string.Join('\n', content.Keywords.Concat(content.Wordings
        .Where(one => KnowledgeContent.Speaks(one.Language, passage.Language)).SelectMany(one => one.Similar)));

    private static IEnumerable<string> Pieces(string text)
    {
        if (text.Length <= Most)
        {
            yield return text;
            yield break;
        }
        var piece = new System.Text.StringBuilder();
        foreach (var paragraph in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(Sentences))
        {
            if (piece.Length > 0 && piece.Length + paragraph.Length > Most)
            {
                yield return piece.ToString();
                piece.Clear();
            }
            piece.Append(piece.Length > 0 ? "\n" : "").Append(paragraph);
        }
        if (piece.Length > 0)
            yield return piece.ToString();
    }

    /// <summary>A paragraph that is too long by itself, by its sentences.</summary>
    private static IEnumerable<string> Sentences(string paragraph)
    {
        for (var start = 0; start < paragraph.Length;)
        {
            var end = Math.Min(paragraph.Length, start + Most);
            if (end < paragraph.Length)
            {
                var stop = paragraph.LastIndexOfAny(['。', '！', '？', '；', '.', '!', '?', ';', ' '], end - 1, Most / 2);
                end = stop > start ? stop + 1 : char.IsLowSurrogate(paragraph[end]) ? end - 1 : end;
            }
            yield return paragraph[start..end].Trim();
            start = end;
        }
    }
}
