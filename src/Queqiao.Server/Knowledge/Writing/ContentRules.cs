using System.Text;
using Queqiao.Server.Platform.Problems;
using Queqiao.Text.Folding;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>What an item may say. Pure.</summary>
internal static class ContentRules
{
    public const int MostQuestion = 300;
    public const int MostSimilar = 200;
    public const int MostAnswer = 20_000;
    public const int MostBody = 400_000;
    public const int MostTitle = 200;
    public const int MostLanguages = 12;

    /// <summary>The content as it is stored: trimmed, without what is empty or there twice.</summary>
    public static KnowledgeContent Tidy(KnowledgeContent content) => content with
    {
        Audience = new Audience(content.Audience.Kind, content.Audience.Kind == Audience.Some ? Distinct(content.Audience.Segments) : []),
        Keywords = Distinct(content.Keywords),
        Wordings = [.. content.Wordings.Select(one => one with { Language = one.Language.Trim(), Question = Line(one.Question), Similar = Others(one) })],
        Answers = [.. content.Answers.Select(one => one with { Language = one.Language.Trim(), Channel = string.IsNullOrWhiteSpace(one.Channel) ? null : one.Channel.Trim(), Text = one.Text.Trim() })],
        Texts = [.. content.Texts.Select(one => one with { Language = one.Language.Trim(), Title = Line(one.Title), Slug = Slugs.Of(string.IsNullOrWhiteSpace(one.Slug) ? one.Title : one.Slug), Summary = string.IsNullOrWhiteSpace(one.Summary) ? null : Line(one.Summary), Body = one.Body.Trim() })],
    };

    /// <summary>What is wrong with a tidy content.</summary>
    public static IEnumerable<(string Field, FieldFault Fault)> Check(KnowledgeContent content, bool isFaq)
    {
        foreach (var fault in CheckAudience("audience", content.Audience))
            yield return fault;
        if (content.ValidTo <= content.ValidFrom)
            yield return ("validTo", new("knowledge_ends_before_it_begins"));
        if (content.Keywords.Count > 100 || content.Keywords.Any(word => word.Length > 100))
            yield return ("keywords", new("too_long", 100));
        foreach (var fault in isFaq ? CheckFaq(content) : CheckArticle(content))
            yield return fault;
    }

    private static IEnumerable<(string Field, FieldFault Fault)> CheckFaq(KnowledgeContent content)
    {
        if (content.Texts.Count > 0)
            yield return ("texts", new("knowledge_not_of_faqs"));
        if (content.Wordings.Count == 0 || content.Wordings.Any(one => one.Question.Length == 0))
            yield return ("question", new("required"));
        if (content.Answers.Count == 0 || content.Answers.Any(one => one.Text.Length == 0))
            yield return ("answer", new("required"));
        if (content.Wordings.Any(one => one.Question.Length > MostQuestion))
            yield return ("question", new("too_long", MostQuestion));
        if (content.Wordings.Any(one => one.Similar.Any(text => text.Length > MostQuestion)))
            yield return ("similar", new("too_long", MostQuestion));
        if (content.Wordings.Any(one => one.Similar.Count > MostSimilar))
            yield return ("similar", new("too_many", MostSimilar));
        if (content.Answers.Any(one => one.Text.Length > MostAnswer))
            yield return ("answer", new("too_long", MostAnswer));
        if (content.Wordings.Count > MostLanguages || content.Answers.Count > MostLanguages * 8)
            yield return ("wordings", new("too_many", MostLanguages));
        if (content.Wordings.Select(one => one.Language).Concat(content.Answers.Select(one => one.Language)).Any(tag => !IsLanguage(tag)))
            yield return ("language", new("knowledge_language"));
        if (content.Wordings.GroupBy(one => one.Language, StringComparer.OrdinalIgnoreCase).Any(group => group.Count() > 1))
            yield return ("wordings", new("knowledge_language_twice"));
        foreach (var fault in content.Answers.Where(one => one.Audience is not null).SelectMany(one => CheckAudience("answers", one.Audience!)))
            yield return fault;
        if (content.Answers.Any(one => one.Channel is { } channel && (channel.Length > 40 || channel.Any(letter => !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '-'))))
            yield return ("channel", new("knowledge_channel"));
    }

    private static IEnumerable<(string Field, FieldFault Fault)> CheckArticle(KnowledgeContent content)
    {
        if (content.Wordings.Count > 0 || content.Answers.Count > 0)
            yield return ("wordings", new("knowledge_not_of_articles"));
        if (content.Texts.Count == 0 || content.Texts.Any(one => one.Title.Length == 0))
            yield return ("title", new("required"));
        if (content.Texts.Any(one => one.Title.Length > MostTitle))
            yield return ("title", new("too_long", MostTitle));
        if (content.Texts.Any(one => one.Summary?.Length > 500))
            yield return ("summary", new("too_long", 500));
        if (content.Texts.Any(one => one.Body.Length == 0))
            yield return ("body", new("required"));
        if (content.Texts.Any(one => one.Body.Length > MostBody))
            yield return ("body", new("too_long", MostBody));
        if (content.Texts.Count > MostLanguages)
            yield return ("texts", new("too_many", MostLanguages));
        if (content.Texts.Any(one => !IsLanguage(one.Language)))
            yield return ("language", new("knowledge_language"));
        if (content.Texts.GroupBy(one => one.Language, StringComparer.OrdinalIgnoreCase).Any(group => group.Count() > 1))
            yield return ("texts", new("knowledge_language_twice"));
    }

    private static IEnumerable<(string Field, FieldFault Fault)> CheckAudience(string field, Audience audience)
    {
        if (audience.Kind is not (Audience.Everybody or Audience.Colleagues or Audience.Some))
            yield return (field, new("not_one_of", "public, internal, segment"));
        else if (audience.Kind == Audience.Some && audience.Segments.Count == 0)
            yield return ("segments", new("required"));
        else if (audience.Segments.Count > 20 || audience.Segments.Any(name => name.Length > 60))
            yield return ("segments", new("too_many", 20));
    }

    /// <summary>A tag like <c>zh-CN</c> or <c>en</c> (RFC 5646, its shorter forms).</summary>
    public static bool IsLanguage(string tag)
    {
        var parts = tag.Split('-');
        return parts.Length is 1 or 2 or 3 && parts[0].Length is 2 or 3 && parts[0].All(char.IsAsciiLetter) && parts.Skip(1).All(part => part.Length is >= 2 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }

    /// <summary>The form in which two questions are the same: folded, without punctuation and blanks.</summary>
    public static string Same(string question)
    {
        var text = new StringBuilder(question.Length);
        foreach (var letter in TextFolding.Fold(question))
        {
            if (char.IsLetterOrDigit(letter) || char.IsSurrogate(letter))
                text.Append(letter);
        }
        return text.Length > 200 ? text.ToString(0, 200) : text.ToString();
    }

    private static List<string> Others(FaqWording wording)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { Same(wording.Question) };
        return [.. wording.Similar.Select(Line).Where(text => text.Length > 0 && seen.Add(Same(text)))];
    }

    private static List<string> Distinct(IEnumerable<string> words) => [.. words.Select(Line).Where(word => word.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>One line without what cannot be seen: zero-width letters and directions hide what a text says from whoever reviews it.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (char.IsWhiteSpace(letter))
            {
                if (line.Length > 0 && line[^1] != ' ')
                    line.Append(' ');
            }
            else if (!IsHidden(letter))
                line.Append(letter);
        }
        return line.ToString().TrimEnd();
    }

    /// <summary>Characters that take no room: zero width, soft hyphens, directions, other controls. Joiners inside emoji stay.</summary>
    public static bool IsHidden(char letter) =>
        letter is '\u00ad' or '\u200b' or '\u200c' or '\u200e' or '\u200f' or '\u2060' or '\ufeff' or '\u061c' or '\u180e' or >= '\u202a' and <= '\u202e' or >= '\u2061' and <= '\u2069'
        || (char.IsControl(letter) && letter is not ('\n' or '\t'));
}
