namespace Queqiao.Server.CustomFields;

/// <summary>A field that a workspace added to its conversations or contacts.</summary>
/// <param name="Object">One of <see cref="FieldObject"/>.</param>
/// <param name="Key">Its name for programs; never changes.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Kind">One of <see cref="FieldKind"/>; never changes.</param>
/// <param name="Class">One of <see cref="FieldClass"/>; never changes: values would have to be sealed or opened again.</param>
/// <param name="Required">Of a conversation: it cannot be resolved without.</param>
/// <param name="Options">Of <c>single</c> and <c>multi</c>.</param>
/// <param name="Archived">Old values stay readable, new ones are refused.</param>
internal sealed record CustomField(
    Guid Id, string Object, string Key, string Name, string Kind, string Class, bool Required, IReadOnlyList<FieldOption> Options, int Position, bool Archived)
{
    public bool IsPersonal => Class == FieldClass.Personal;
}

/// <summary>A choice. Archived ones stay readable and cannot be chosen any more.</summary>
internal sealed record FieldOption(string Id, string Label, bool Archived = false);

internal static class FieldObject
{
    public const string Conversation = "conversation";
    public const string Contact = "contact";

    public static readonly IReadOnlyList<string> All = [Conversation, Contact];
}

internal static class FieldKind
{
    public const string Text = "text";
    public const string Number = "number";
    public const string Bool = "bool";

    /// <summary>A day, <c>2026-11-25</c>.</summary>
    public const string Date = "date";

    public const string Single = "single";
    public const string Multi = "multi";
    public const string Url = "url";

    public static readonly IReadOnlyList<string> All = [Text, Number, Bool, Date, Single, Multi, Url];

    public static bool HasOptions(string kind) => kind is Single or Multi;
}

/// <summary>What a value may say about a person decides how it is stored (decisions.md §15).</summary>
internal static class FieldClass
{
    /// <summary>About the firm's work: stored in clear, so lists can be filtered by it.</summary>
    public const string Internal = "internal";

    /// <summary>About the person: sealed with their key, shown and never filtered by.</summary>
    public const string Personal = "personal";

    public static readonly IReadOnlyList<string> All = [Internal, Personal];
}

/// <summary>What other modules may ask about custom fields. Answers are a few seconds old at most, changes on this node show at once.</summary>
internal interface ICustomFields
{
    /// <summary>The fields of conversations or contacts in their order, archived ones included.</summary>
    /// <param name="ws">The workspace.</param>
    /// <param name="object">One of <see cref="FieldObject"/>.</param>
    ValueTask<FieldSet> Of(int ws, string @object, CancellationToken ct);
}
