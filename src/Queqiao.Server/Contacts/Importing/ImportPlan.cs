using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>What happens to people who are there already.</summary>
internal static class MergePolicy
{
    /// <summary>They stay as they are.</summary>
    public const string Skip = "skip";

    /// <summary>They get what they do not have.</summary>
    public const string Fill = "fill";

    /// <summary>What the file says replaces what is known; an empty cell never does.</summary>
    public const string Overwrite = "overwrite";

    public static readonly IReadOnlyList<string> All = [Skip, Fill, Overwrite];
}

/// <summary>How a file becomes contacts.</summary>
/// <param name="Columns">One <see cref="ColumnTarget"/> for each column.</param>
/// <param name="Existing">One of <see cref="MergePolicy"/>.</param>
/// <param name="AddNew">False: people who are not known yet are passed over.</param>
/// <param name="MatchBy">Kinds of identities by which somebody counts as known; null: every kind that is imported.</param>
/// <param name="ChannelId">The website whose user ids these are; null: of none.</param>
/// <param name="AddTags">Tags that everybody gets besides.</param>
internal sealed record ImportPlan(
    TableFormat Format, IReadOnlyList<string> Columns, string Existing = MergePolicy.Fill, bool AddNew = true,
    IReadOnlyList<string>? MatchBy = null, Guid? ChannelId = null, IReadOnlyList<string>? AddTags = null)
{
    public bool Matches(string kind) => MatchBy is null || MatchBy.Contains(kind);

    public Refusal? Check(FieldSet fields, int columns)
    {
        var faults = new List<(string, FieldFault)>();
        if (!TableFormat.Encodings.Contains(Format.Encoding))
            faults.Add(("format.encoding", new("not_one_of", string.Join(", ", TableFormat.Encodings))));
        if (!TableFormat.Delimiters.Contains(Format.Delimiter))
            faults.Add(("format.delimiter", new("not_one_of", ", ; tab |")));
        if (!MergePolicy.All.Contains(Existing))
            faults.Add(("existing", new("not_one_of", string.Join(", ", MergePolicy.All))));
        if (Columns.Count != columns)
            faults.Add(("columns", new("import_columns", columns)));
        for (var i = 0; i < Columns.Count; i++)
        {
            var target = Columns[i];
            if (!ColumnTarget.IsKnown(target, fields))
                faults.Add(($"columns.{i}", new("import_target")));
            else if (!ColumnTarget.MayRepeat(target) && Columns.Take(i).Contains(target))
                faults.Add(($"columns.{i}", new("import_target_twice")));
        }
        if (!Columns.Any(target => target == ColumnTarget.Name || ColumnTarget.IdentityOf(target) is not null))
            faults.Add(("columns", new("import_nobody")));
        foreach (var (field, fault) in People.ContactRules.Tags(AddTags))
            faults.Add((field == "tags" ? "addTags" : field, fault));
        return Refusal.Of(faults);
    }
}
