using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Knowledge;

/// <summary>Who may see a text.</summary>
/// <param name="Kind"><c>public</c>: everybody. <c>internal</c>: colleagues. <c>segment</c>: customers of these segments, and colleagues.</param>
/// <param name="Segments">Names of segments; empty unless the kind is <c>segment</c>.</param>
internal sealed record Audience(string Kind, IReadOnlyList<string> Segments)
{
    public const string Everybody = "public";
    public const string Colleagues = "internal";
    public const string Some = "segment";

    public static readonly Audience Public = new(Everybody, []);
    public static readonly Audience Internal = new(Colleagues, []);
}

/// <summary>Who asks. Whoever answers strangers asks as <see cref="Stranger"/>: nothing else keeps internal texts inside.</summary>
/// <param name="IsColleague">Sees everything.</param>
/// <param name="Segments">What a known customer belongs to.</param>
internal sealed record KnowledgeReader(bool IsColleague, IReadOnlyList<string> Segments)
{
    public static readonly KnowledgeReader Stranger = new(false, []);
    public static readonly KnowledgeReader Colleague = new(true, []);

    public static KnowledgeReader Customer(IReadOnlyList<string> segments) => new(false, segments);

    /// <summary>Whether they may see what is for this audience. What is not understood is nobody's but colleagues'.</summary>
    public bool MaySee(Audience audience) => IsColleague || audience.Kind switch
    {
        Audience.Everybody => true,
        Audience.Some => audience.Segments.Any(segment => Segments.Contains(segment, StringComparer.OrdinalIgnoreCase)),
        _ => false,
    };
}

/// <summary>A question as one language asks it.</summary>
/// <param name="Similar">Other ways to ask the same.</param>
internal sealed record FaqWording(string Language, string Question, IReadOnlyList<string> Similar);

/// <summary>An answer.</summary>
/// <param name="Text">Markdown.</param>
/// <param name="Channel">A kind of channel that it is for; null: any that has none of its own.</param>
/// <param name="Audience">Narrower than the item's; null: the item's.</param>
internal sealed record FaqAnswer(string Language, string Text, string? Channel = null, Audience? Audience = null);

/// <summary>An article in one language.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Body">Markdown.</param>
internal sealed record ArticleText(string Language, string Title, string Body, string Slug = "", string? Summary = null);

/// <summary>What an item says: the document that is versioned as a whole.</summary>
internal sealed record KnowledgeContent
{
    public Audience Audience { get; init; } = Audience.Public;
    public long? ValidFrom { get; init; }
    public long? ValidTo { get; init; }

    /// <summary>Words that it is found by besides its own.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    public IReadOnlyList<FaqWording> Wordings { get; init; } = [];
    public IReadOnlyList<FaqAnswer> Answers { get; init; } = [];
    public IReadOnlyList<ArticleText> Texts { get; init; } = [];

    /// <summary>The languages it has something in.</summary>
    [JsonIgnore]
    public IEnumerable<string> Languages => Wordings.Select(one => one.Language).Concat(Texts.Select(one => one.Language)).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>What it is called in a language, else in the first it has.</summary>
    public string TitleIn(string language) =>
        (Texts.FirstOrDefault(one => Speaks(one.Language, language)) ?? (Texts is [var text, ..] ? text : null))?.Title
        ?? (Wordings.FirstOrDefault(one => Speaks(one.Language, language)) ?? (Wordings is [var wording, ..] ? wording : null))?.Question ?? "";

    /// <summary>The answer for somebody who asks in a language through a kind of channel; null: there is none for them. The own channel's first, then the general one; the own language first.</summary>
    public FaqAnswer? AnswerFor(KnowledgeReader reader, string language, string? channel) => Answers
        .Where(answer => (answer.Channel is null || answer.Channel == channel) && reader.MaySee(answer.Audience ?? Audience))
        .OrderByDescending(answer => Speaks(answer.Language, language)).ThenByDescending(answer => answer.Channel is not null).ThenByDescending(answer => answer.Audience is not null)
        .FirstOrDefault();

    public string Json() => JsonSerializer.Serialize(this, Stored);

    public static KnowledgeContent Of(string json) => JsonSerializer.Deserialize<KnowledgeContent>(json, Stored)!;

    /// <summary>Whether two tags name one language: <c>zh</c> and <c>zh-CN</c> do.</summary>
    public static bool Speaks(string tag, string other) => Primary(tag).Equals(Primary(other), StringComparison.OrdinalIgnoreCase);

    public static ReadOnlySpan<char> PrimaryOf(string tag) => Primary(tag);

    private static ReadOnlySpan<char> Primary(string tag) => tag.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash ? tag.AsSpan(0, dash) : tag;

    private static readonly JsonSerializerOptions Stored = new(StrictJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectRequiredConstructorParameters = false };
}
