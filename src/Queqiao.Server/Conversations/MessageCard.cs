using System.Text;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// A message with a form of its own. Its text says the same in words: that is what is searched, previewed, written into transcripts, and
/// sent where a channel cannot draw it.
/// </summary>
/// <param name="Kind"><c>product</c>, <c>order</c>, <c>article</c> or <c>buttons</c>.</param>
internal sealed record MessageCard(string Kind, string Title)
{
    public string? Text { get; init; }

    /// <summary>What opens when it is chosen.</summary>
    public string? Url { get; init; }

    /// <summary>A picture where the channel can fetch it.</summary>
    public string? Image { get; init; }

    /// <summary>What it is about, in the system it comes from (an order's number).</summary>
    public string? Ref { get; init; }

    /// <summary>Price, state and the like, in order.</summary>
    public IReadOnlyList<CardFact>? Facts { get; init; }

    public IReadOnlyList<CardButton>? Buttons { get; init; }
}

internal sealed record CardFact(string Label, string Value);

/// <param name="Url">Opens; null: choosing it says <paramref name="Label"/>.</param>
internal sealed record CardButton(string Label, string? Url = null);

/// <summary>What cards may be, and what they are in words.</summary>
internal static class CardRules
{
    private static readonly string[] Kinds = ["product", "order", "article", "buttons"];

    public static Refusal? Check(MessageCard card) =>
        !Kinds.Contains(card.Kind) ? Refusal.Invalid("card.kind", "not_one_of", string.Join(", ", Kinds))
        : string.IsNullOrWhiteSpace(card.Title) ? Refusal.Invalid("card.title", "required")
        : TooLong("card.title", card.Title, 200) ?? TooLong("card.text", card.Text, 1000) ?? TooLong("card.ref", card.Ref, 200)
            ?? Address("card.url", card.Url) ?? Address("card.image", card.Image) ?? Facts(card.Facts ?? []) ?? Buttons(card);

    /// <summary>The same in words.</summary>
    public static string Words(MessageCard card)
    {
        var words = new StringBuilder(card.Title.Trim());
        foreach (var fact in card.Facts ?? [])
            words.Append('\n').Append(fact.Label).Append(": ").Append(fact.Value);
        if (!string.IsNullOrWhiteSpace(card.Text))
            words.Append('\n').Append(card.Text.Trim());
        if (card.Url is not null)
            words.Append('\n').Append(card.Url);
        foreach (var button in card.Buttons ?? [])
            words.Append("\n• ").Append(button.Label).Append(button.Url is null ? "" : " " + button.Url);
        return words.ToString();
    }

    private static Refusal? Facts(IReadOnlyList<CardFact> facts) =>
        facts.Count > 12 ? Refusal.Invalid("card.facts", "too_many", 12)
        : facts.Any(fact => string.IsNullOrWhiteSpace(fact.Label) || string.IsNullOrWhiteSpace(fact.Value)) ? Refusal.Invalid("card.facts", "required")
        : facts.Select(fact => TooLong("card.facts", fact.Label, 60) ?? TooLong("card.facts", fact.Value, 200)).FirstOrDefault(no => no is not null);

    private static Refusal? Buttons(MessageCard card)
    {
        var buttons = card.Buttons ?? [];
        if (buttons.Count > 5)
            return Refusal.Invalid("card.buttons", "too_many", 5);
        if (buttons.Any(button => string.IsNullOrWhiteSpace(button.Label)) || (card.Kind == "buttons" && buttons.Count == 0))
            return Refusal.Invalid("card.buttons", "required");
        return buttons.Select(button => TooLong("card.buttons", button.Label, 60) ?? Address("card.buttons", button.Url)).FirstOrDefault(no => no is not null);
    }

    private static Refusal? TooLong(string field, string? text, int most) => text?.Length > most ? Refusal.Invalid(field, "too_long", most) : null;

    private static Refusal? Address(string field, string? url) =>
        url is null || (url.Length <= 2000 && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http") ? null : Refusal.Invalid(field, "invalid_url");
}
