using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>A row of a file, read: what it says about a person, or why it says nothing.</summary>
/// <param name="No">1 for the first row below the headings.</param>
/// <param name="Line">In the file.</param>
internal sealed record ImportedRow(int No, int Line, IReadOnlyList<string> Cells)
{
    public Guid? ContactId { get; init; }
    public string? Name { get; init; }
    public IReadOnlyList<ClaimedIdentity> Identities { get; init; } = [];
    public IReadOnlyList<string> Tags { get; init; } = [];
    public FieldPatch Fields { get; init; } = FieldPatch.Empty;

    /// <summary>Purpose to yes or no.</summary>
    public IReadOnlyDictionary<string, bool> Consents { get; init; } = new Dictionary<string, bool>();

    /// <summary>When they said so, in Unix milliseconds; null: the file does not say.</summary>
    public long? ConsentAt { get; init; }

    public RowFault? Fault { get; init; }
}

/// <summary>Why nothing comes of a row.</summary>
/// <param name="Kind"><c>failed</c>, <c>conflict</c> or <c>duplicate</c>.</param>
/// <param name="Code">A code with a text in both languages.</param>
/// <param name="Column">From 0; null: the row as a whole.</param>
/// <param name="Arg">What the text names: a number, a kind; nothing about the person.</param>
internal sealed record RowFault(string Kind, string Code, int? Column = null, string? Arg = null)
{
    public const string Failed = "failed";
    public const string Conflict = "conflict";
    public const string Duplicate = "duplicate";
}
