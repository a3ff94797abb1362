using System.Text.Json;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>Reads rows by a plan. Pure: what is in the store is asked for later.</summary>
internal sealed class RowReading(ImportPlan plan, FieldSet fields)
{
    private const int MostOfKind = 10;

    public ImportedRow Read(CsvRecord record)
    {
        var row = new ImportedRow(record.No - (plan.Format.HasHeader ? 1 : 0), record.Line, record.Cells);
        var said = new Said();
        if (record.Cells.Count > plan.Columns.Count && record.Cells.Skip(plan.Columns.Count).Any(cell => !string.IsNullOrWhiteSpace(cell)))
            return row with { Fault = new RowFault(RowFault.Failed, "import_row_long", null, record.Cells.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)) };
        for (var i = 0; i < plan.Columns.Count && i < record.Cells.Count; i++)
        {
            if (Csv.Clean(record.Cells[i]) is { Length: > 0 } text && Take(said, plan.Columns[i], text) is var (code, arg))
                return row with { Fault = new RowFault(RowFault.Failed, code, i, arg) };
        }
        if (said.Name is null && said.Identities.Count == 0)
            return row with { Fault = new RowFault(RowFault.Failed, "import_row_nobody") };
        var given = JsonSerializer.SerializeToElement(said.Fields.ToDictionary(one => one.Key, one => one.Value.Value));
        if (fields.Read(given, out var patch) is { Fields: { } faults } && faults.First() is var (name, why))
            return row with { Fault = new RowFault(RowFault.Failed, why[0].Code, said.Fields[name["fields.".Length..]].Column, Arg(why[0])) };
        return row with
        {
            ContactId = said.Id, Name = said.Name, Identities = said.Identities, Tags = [.. said.Tags.Concat(plan.AddTags ?? []).Select(tag => tag.Trim()).Distinct(StringComparer.Ordinal)],
            Fields = patch, Consents = said.Consents, ConsentAt = said.ConsentAt,
        };
    }

    private (string Code, string? Arg)? Take(Said said, string target, string text)
    {
        if (ColumnTarget.IdentityOf(target) is { } kind)
            return TakeIdentities(said, kind, text);
        if (ColumnTarget.FieldOf(target) is { } key)
            return TakeField(said, fields.Find(key), text, plan.Columns.ToList().IndexOf(target));
        if (ColumnTarget.PurposeOf(target) is { } purpose)
        {
            if (CellValues.Bool(text) is not { } yes)
                return ("import_not_yes_or_no", null);
            said.Consents[purpose] = yes;
            return null;
        }
        switch (target)
        {
            case ColumnTarget.Id:
                if (!Guid.TryParse(text, out var id))
                    return ("invalid_id", null);
                said.Id = id;
                return null;
            case ColumnTarget.Name:
                said.Name = text;
                return First(ContactRules.Name(text));
            case ColumnTarget.Tags:
                said.Tags.AddRange(CellValues.List(text));
                return First(ContactRules.Tags(said.Tags));
            case ColumnTarget.ConsentAt:
                said.ConsentAt = CellValues.Moment(text)?.ToUnixTimeMilliseconds();
                return said.ConsentAt is null ? ("invalid_date", null) : null;
            default:
                return null;
        }
    }

    /// <summary>Addresses and numbers may stand several in a cell; other identities may hold any letter.</summary>
    private static (string Code, string? Arg)? TakeIdentities(Said said, string kind, string text)
    {
        foreach (var value in kind is IdentityKinds.Email or IdentityKinds.Phone ? CellValues.List(text) : [text])
        {
            if (Identifiers.Fault(kind, value) is { } fault)
                return (fault, fault == "too_long" ? IdentityKinds.MostValue.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
            if (!said.Identities.Any(known => known.Kind == kind && Identifiers.Normal(kind, known.Value) == Identifiers.Normal(kind, value)))
                said.Identities.Add(new ClaimedIdentity(kind, value));
        }
        return said.Identities.Count(known => known.Kind == kind) > MostOfKind ? ("too_many", MostOfKind.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null;
    }

    private static (string Code, string? Arg)? TakeField(Said said, CustomField? field, string text, int column)
    {
        if (field is null)
            return ("field_unknown", null);
        if (CellValues.Of(field, text) is not { } value)
        {
            return field.Kind switch
            {
                FieldKind.Number => ("import_not_a_number", null),
                FieldKind.Bool => ("import_not_yes_or_no", null),
                FieldKind.Date => ("invalid_date", null),
                _ => ("not_one_of", string.Join(", ", field.Options.Where(option => !option.Archived).Select(option => option.Label))),
            };
        }
        said.Fields[field.Key] = (value, column);
        return null;
    }

    private static (string Code, string? Arg)? First(IEnumerable<(string Field, FieldFault Fault)> faults) =>
        faults.Select(one => one.Fault).FirstOrDefault() is { } fault ? (fault.Code, Arg(fault)) : null;

    private static string? Arg(FieldFault fault) => fault.Args.FirstOrDefault()?.ToString();

    private sealed class Said
    {
        public Guid? Id { get; set; }
        public string? Name { get; set; }
        public List<ClaimedIdentity> Identities { get; } = [];
        public List<string> Tags { get; } = [];
        public Dictionary<string, (JsonElement Value, int Column)> Fields { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, bool> Consents { get; } = new(StringComparer.Ordinal);
        public long? ConsentAt { get; set; }
    }
}
