using Queqiao.Server.Contacts.People;
using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>
/// Who a row is about, and what follows. Pure. Somebody counts as known by an identity that a site has signed or that the firm itself
/// wrote down; what a channel merely heard of somebody proves nothing.
/// </summary>
internal static class ImportRules
{
    /// <param name="row">Without a fault.</param>
    /// <param name="plan">How the file becomes contacts.</param>
    /// <param name="found">Everybody who has one of the row's identities, or its id.</param>
    /// <param name="tagOf">What stands for an identity.</param>
    public static RowDecision Decide(ImportedRow row, ImportPlan plan, IReadOnlyList<KnownPerson> found, Func<ClaimedIdentity, Guid> tagOf)
    {
        if (row.ContactId is { } id && found.All(person => person.Id != id))
            return No("import_unknown_id");
        var matching = found.Where(person => person.Id == row.ContactId || row.Identities.Any(given => plan.Matches(given.Kind) && Has(person, given, plan, tagOf(given), trusted: true))).ToList();
        if (matching.Count > 1)
            return No("import_several", RowFault.Conflict);
        if (matching.Count == 0)
            return plan.AddNew ? new RowDecision.Add() : new RowDecision.PassOver(null);
        var person = matching[0];
        if (person.Row is { } earlier)
            return new RowDecision.Refuse(new RowFault(RowFault.Duplicate, "import_row_again", null, earlier.ToString(System.Globalization.CultureInfo.InvariantCulture)), person);
        if (OtherKind(row, plan, person, tagOf) is { } kind)
            return new RowDecision.Refuse(new RowFault(RowFault.Conflict, "import_other_id", null, kind), person);
        if (!PurposeGate.Allows(person.Consents, Purposes.Service))
            return new RowDecision.Refuse(new RowFault(RowFault.Conflict, "import_objected"), person);
        if (plan.Existing == MergePolicy.Skip)
            return new RowDecision.PassOver(person);
        var changes = Changes(row, plan, person, tagOf);
        if (person.Identities.Count + changes.Identities.Count > ContactRules.MostIdentifiers || person.Tags.Count + changes.Tags.Count > ContactRules.MostTags)
            return new RowDecision.Refuse(new RowFault(RowFault.Failed, "too_many", null, ContactRules.MostIdentifiers.ToString(System.Globalization.CultureInfo.InvariantCulture)), person);
        return changes.IsEmpty ? new RowDecision.Same(person) : new RowDecision.Change(person, changes);
    }

    private static RowChanges Changes(ImportedRow row, ImportPlan plan, KnownPerson person, Func<ClaimedIdentity, Guid> tagOf)
    {
        var overwrite = plan.Existing == MergePolicy.Overwrite;
        var name = row.Name is { } given && given != person.Name && (overwrite || person.Name is null) ? given : null;
        var fields = new FieldPatch(
            overwrite ? FieldValues.News(person.Fields, row.Fields.Internal) : FieldValues.Missing(person.Fields, row.Fields.Internal),
            overwrite ? FieldValues.News(person.Personal.Fields, row.Fields.Personal) : FieldValues.Missing(person.Personal.Fields, row.Fields.Personal));
        return new RowChanges(
            name, [.. row.Identities.Where(identity => !Has(person, identity, plan, tagOf(identity), trusted: false))], [.. row.Tags.Where(tag => !person.Tags.Contains(tag))], fields,
            row.Consents.Where(one => !person.Consents.TryGetValue(one.Key, out var known) || known != one.Value).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal));
    }

    /// <summary>
    /// An address or a number is shared in a family or an office; an id of the firm's own is not. Who is known by another one is
    /// somebody else, whatever address they share.
    /// </summary>
    private static string? OtherKind(ImportedRow row, ImportPlan plan, KnownPerson person, Func<ClaimedIdentity, Guid> tagOf) => row.Identities
        .Select(given => given.Kind)
        .Where(kind => kind is not (IdentityKinds.Email or IdentityKinds.Phone))
        .Distinct()
        .FirstOrDefault(kind =>
            person.Identities.Any(known => known.Kind == kind && SameSite(known, kind, plan))
            && !row.Identities.Any(given => given.Kind == kind && Has(person, given, plan, tagOf(given), trusted: false)));

    private static bool Has(KnownPerson person, ClaimedIdentity identity, ImportPlan plan, Guid tag, bool trusted) =>
        person.Identities.Any(known => known.Tag == tag && SameSite(known, identity.Kind, plan) && (known.IsTrusted || !trusted));

    /// <summary>The same user id means somebody else on another site.</summary>
    private static bool SameSite(KnownIdentity known, string kind, ImportPlan plan) => kind != IdentityKinds.User || known.ChannelId == plan.ChannelId;

    private static RowDecision.Refuse No(string code, string kind = RowFault.Failed) => new(new RowFault(kind, code));
}
