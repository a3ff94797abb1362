namespace Queqiao.Server.Contacts.Importing;

/// <summary>Rows of one file that name the same identity, of the kinds that people are told apart by: the first one counts, the others are told which it was.</summary>
internal sealed class FileDuplicates(ImportPlan plan, Func<ClaimedIdentity, Guid> tagOf)
{
    private readonly Dictionary<Guid, int> _firstRow = [];

    public ImportedRow Mark(ImportedRow row)
    {
        if (row.Fault is not null)
            return row;
        var tags = row.Identities.Where(identity => plan.Matches(identity.Kind)).Select(tagOf).ToList();
        if (row.ContactId is { } id)
            tags.Add(id);
        foreach (var tag in tags)
        {
            if (_firstRow.TryGetValue(tag, out var first))
                return row with { Fault = new RowFault(RowFault.Duplicate, "import_row_again", null, first.ToString(System.Globalization.CultureInfo.InvariantCulture)) };
        }
        foreach (var tag in tags)
            _firstRow[tag] = row.No;
        return row;
    }
}
