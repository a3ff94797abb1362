using System.Text.Json.Serialization;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>What articles and FAQs have in common. Left out: as it was; null: taken away.</summary>
internal abstract record ItemRequest
{
    /// <summary>Null: the only base, or the oldest.</summary>
    public Guid? BaseId { get; init; }

    /// <summary>A category's id or name; one of a new name is made.</summary>
    public string? Category { get; init { field = value; HasCategory = true; } }

    /// <summary><c>public</c>, <c>internal</c>, <c>segment</c>, or <c>segment:NAME</c>.</summary>
    public string? Audience { get; init; }
    public IReadOnlyList<string>? Segments { get; init; }
    public DateTimeOffset? ValidFrom { get; init { field = value; HasValidFrom = true; } }
    public DateTimeOffset? ValidTo { get; init { field = value; HasValidTo = true; } }

    /// <summary>When its owner is to look whether it still holds.</summary>
    public DateTimeOffset? CheckAt { get; init { field = value; HasCheckAt = true; } }
    public Guid? OwnerId { get; init { field = value; HasOwner = true; } }
    public IReadOnlyList<string>? Keywords { get; init; }
    public string? ExternalKey { get; init; }
    public string? Language { get; init; }

    /// <summary>Whether readers see it at once. Null: a new one yes, if the caller may publish; a change no.</summary>
    public bool? Publish { get; init; }

    /// <summary>What has changed, in the writer's words.</summary>
    public string? Note { get; init; }

    /// <summary>The version that the change was made from; another newest one is refused with <c>knowledge_changed</c>.</summary>
    public int? Version { get; init; }

    [JsonIgnore]
    public bool HasCategory { get; private init; }

    [JsonIgnore]
    public bool HasValidFrom { get; private init; }

    [JsonIgnore]
    public bool HasValidTo { get; private init; }

    [JsonIgnore]
    public bool HasCheckAt { get; private init; }

    [JsonIgnore]
    public bool HasOwner { get; private init; }

    /// <summary>The content with what is asked for.</summary>
    public KnowledgeContent Over(KnowledgeContent content, string language)
    {
        var next = content with
        {
            ValidFrom = HasValidFrom ? ValidFrom?.ToUnixTimeMilliseconds() : content.ValidFrom,
            ValidTo = HasValidTo ? ValidTo?.ToUnixTimeMilliseconds() : content.ValidTo,
            Keywords = Keywords ?? content.Keywords,
            Audience = AudienceOver(content.Audience),
        };
        return ContentRules.Tidy(Words(next, Language ?? language));
    }

    protected abstract KnowledgeContent Words(KnowledgeContent content, string language);

    private Audience AudienceOver(Audience before)
    {
        if (Audience is null)
            return Segments is null ? before : before with { Segments = Segments };
        return Audience.StartsWith("segment:", StringComparison.Ordinal)
            ? new Audience(Knowledge.Audience.Some, [Audience["segment:".Length..]])
            : new Audience(Audience, Segments ?? before.Segments);
    }
}

/// <summary>An FAQ: by question, answer and similar questions of one language, or by all wordings and answers.</summary>
internal sealed record FaqRequest : ItemRequest
{
    public string? Question { get; init; }
    public string? Answer { get; init; }
    public IReadOnlyList<string>? Similar { get; init; }
    public IReadOnlyList<FaqWording>? Wordings { get; init; }
    public IReadOnlyList<FaqAnswer>? Answers { get; init; }

    protected override KnowledgeContent Words(KnowledgeContent content, string language)
    {
        var next = content with { Wordings = Wordings ?? content.Wordings, Answers = Answers ?? content.Answers };
        if (Question is not null || Similar is not null)
        {
            var known = next.Wordings.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, language));
            var wording = new FaqWording(known?.Language ?? language, Question ?? known?.Question ?? "", Similar ?? known?.Similar ?? []);
            next = next with { Wordings = [.. next.Wordings.Select(one => one == known ? wording : one), .. known is null ? [wording] : Array.Empty<FaqWording>()] };
        }
        if (Answer is not null)
        {
            var known = next.Answers.FirstOrDefault(one => one.Channel is null && one.Audience is null && KnowledgeContent.Speaks(one.Language, language));
            var answer = new FaqAnswer(known?.Language ?? language, Answer);
            next = next with { Answers = [.. next.Answers.Select(one => one == known ? answer : one), .. known is null ? [answer] : Array.Empty<FaqAnswer>()] };
        }
        return next;
    }
}

/// <summary>An article: by title and body of one language, or by all texts.</summary>
internal sealed record ArticleRequest : ItemRequest
{
    public string? Title { get; init; }
    public string? Body { get; init; }
    public string? Summary { get; init; }
    public string? Slug { get; init; }
    public IReadOnlyList<ArticleText>? Texts { get; init; }

    protected override KnowledgeContent Words(KnowledgeContent content, string language)
    {
        var next = content with { Texts = Texts ?? content.Texts };
        if (Title is null && Body is null && Summary is null && Slug is null)
            return next;
        var known = next.Texts.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, language));
        var text = new ArticleText(known?.Language ?? language, Title ?? known?.Title ?? "", Body ?? known?.Body ?? "", Slug ?? known?.Slug ?? "", Summary ?? known?.Summary);
        return next with { Texts = [.. next.Texts.Select(one => one == known ? text : one), .. known is null ? [text] : Array.Empty<ArticleText>()] };
    }
}
