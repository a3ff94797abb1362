using Queqiao.Server.Contacts.People;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>Somebody whom rows may be about, as they are now.</summary>
internal sealed class KnownPerson
{
    public required Guid Id { get; init; }
    public string? Name { get; init; }

    /// <summary>Custom fields of the firm's work, as stored.</summary>
    public string? Fields { get; init; }

    public required PersonalDetail Personal { get; init; }
    public IReadOnlyList<KnownIdentity> Identities { get; init; } = [];
    public IReadOnlySet<string> Tags { get; init; } = new HashSet<string>();
    public IReadOnlyDictionary<string, bool> Consents { get; init; } = new Dictionary<string, bool>();

    /// <summary>The row of the same import that was about them already.</summary>
    public int? Row { get; init; }
}

internal sealed record KnownIdentity(string Kind, Guid Tag, Guid? ChannelId, bool IsTrusted, Guid ContactId);

/// <summary>What becomes of a row.</summary>
internal abstract record RowDecision
{
    public sealed record Add : RowDecision;

    public sealed record Change(KnownPerson Person, RowChanges Changes) : RowDecision;

    /// <summary>They are already as the row says.</summary>
    public sealed record Same(KnownPerson Person) : RowDecision;

    /// <summary>By the plan: somebody known who stays as they are, or somebody new who is not wanted.</summary>
    public sealed record PassOver(KnownPerson? Person) : RowDecision;

    public sealed record Refuse(RowFault Fault, KnownPerson? Person = null) : RowDecision;
}

/// <summary>What of a row is news about somebody.</summary>
internal sealed record RowChanges(
    string? Name, IReadOnlyList<ClaimedIdentity> Identities, IReadOnlyList<string> Tags, CustomFields.FieldPatch Fields, IReadOnlyDictionary<string, bool> Consents)
{
    public bool IsEmpty => Name is null && Identities.Count == 0 && Tags.Count == 0 && Fields.IsEmpty && Consents.Count == 0;
}
