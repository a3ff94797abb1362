using System.Text.Json;

namespace Queqiao.Server.Contacts.People;

/// <summary>A line of the list of contacts.</summary>
/// <param name="Verified">A site has signed who they are.</param>
internal sealed record ContactRow(
    Guid Id, string? Name, bool Verified, string? Email, string? Phone, IReadOnlyList<string> Tags, bool Blocked, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt);

internal sealed record ContactRows(IReadOnlyList<ContactRow> Items, string? NextCursor);

/// <summary>Everything about one person.</summary>
/// <param name="Fields">Custom fields by key.</param>
/// <param name="Attributes">What a site has signed about them.</param>
/// <param name="Merged">Contacts that are part of this one, newest merge first.</param>
internal sealed record ContactView(
    Guid Id, string? Name, bool Verified, bool Erased, IReadOnlyList<IdentifierView> Identities, IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, JsonElement> Fields, IReadOnlyDictionary<string, JsonElement> Attributes, BlockView? Blocked,
    IReadOnlyList<MergeView> Merged, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt)
{
    /// <summary>Kinds of data that are masked here and shown to whoever gives a reason (<c>POST …/reveal</c>).</summary>
    public IReadOnlyList<string> Revealable { get; init; } = [];

    /// <summary>Which of the fields are about the person.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlySet<string> PersonalFields { get; init; } = new HashSet<string>();
}

/// <param name="ContactId">Whose it is, when contacts were merged.</param>
internal sealed record IdentifierView(Guid Id, string Kind, string? ExternalId, Guid? ChannelId, bool Verified, string Source, Guid ContactId, DateTimeOffset CreatedAt);

internal sealed record BlockView(DateTimeOffset At, Guid By, DateTimeOffset? Until, string? Reason);

/// <param name="By">The agent; null when a key proved it.</param>
/// <param name="Key">What proved it; null: an agent said so.</param>
internal sealed record MergeView(Guid Id, Guid ContactId, string? Name, Guid? By, DateTimeOffset At, MergeKeyView? Key);

/// <param name="Kind">Kind of identifier, or <c>link</c>.</param>
/// <param name="IdentityId">Its row in <c>identities</c>; null for a link, and when it was removed since.</param>
internal sealed record MergeKeyView(string Kind, Guid? IdentityId);

internal sealed record NoteView(Guid Id, string Text, Guid AuthorId, string AuthorName, DateTimeOffset At, DateTimeOffset? EditedAt);

internal static class Moment
{
    public static DateTimeOffset At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
}
