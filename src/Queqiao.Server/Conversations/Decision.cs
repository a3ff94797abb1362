using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>What a rule answers when it is asked to change a conversation: entries to append, nothing to do, or a refusal.</summary>
internal abstract record Decision
{
    public sealed record Append(IReadOnlyList<EntryBody> Entries) : Decision;

    public sealed record Refuse(Refusal Refusal) : Decision;

    /// <summary>The conversation already is as wished.</summary>
    public static readonly Decision Nothing = new Append([]);

    public static implicit operator Decision(EntryBody entry) => new Append([entry]);

    public static implicit operator Decision(Refusal refusal) => new Refuse(refusal);

    public static Decision Of(params IEnumerable<EntryBody?> entries) => new Append([.. entries.OfType<EntryBody>()]);
}
