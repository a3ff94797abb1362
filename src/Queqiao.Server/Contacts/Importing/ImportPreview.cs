using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary><c>POST /api/v1/contacts/imports/{id}/preview</c>: the first rows as they would be imported.</summary>
internal static class ImportPreview
{
    private const int Rows = 20;

    /// <param name="Outcome">add, change, same, pass_over, failed, conflict or duplicate.</param>
    /// <param name="Text">Why, in the reader's language.</param>
    /// <param name="Column">Where the fault is, from 0.</param>
    /// <param name="ContactId">Whom it is about, when they are known.</param>
    /// <param name="Changes">Targets that would get something.</param>
    internal sealed record Row(int No, string Outcome, string? Text, int? Column, Guid? ContactId, string? ContactName, string? Name, IReadOnlyList<ClaimedIdentity> Identities, IReadOnlyList<string> Tags, IReadOnlyList<string> Changes, IReadOnlyList<string> Cells);

    internal sealed record Answer(IReadOnlyList<ImportColumn> Columns, IReadOnlyList<Row> Items);

    public static async Task<IResult> Handle(Guid id, ImportPlan request, Actor actor, ImportRequests requests, ImportFiles files, ImportColumns columns, ICustomFields custom, IVault vault, IContactVault people, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        // Without columns in the plan: as they seem to be.
        if (request.Columns.Count == 0 && await requests.Guessed(id, request, actor, ct) is { } guessed)
            request = guessed;
        var (import, refusal) = await requests.Ready(id, request, actor, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        if (await files.Open(actor.Ws, import!.FileId, ct) is not { } stream)
            return Refusal.Conflict("import_file_gone").ToProblem();
        Guid TagOf(ClaimedIdentity identity) => vault.TagOf(actor.Ws, identity.Kind, identity.Value);
        var reading = new RowReading(request, await custom.Of(actor.Ws, FieldObject.Contact, ct));
        var seen = new FileDuplicates(request, TagOf);
        var rows = new List<ImportedRow>();
        try
        {
            await foreach (var record in ImportFiles.Records(stream, request.Format, ct))
            {
                if (record.No > 1 || !request.Format.HasHeader)
                    rows.Add(seen.Mark(reading.Read(record)));
                if (rows.Count == Rows)
                    break;
            }
        }
        catch (TableException broken)
        {
            return Refusal.Invalid("format", broken.Code, broken.Line, broken.Most).ToProblem();
        }
        await using var db = storage.Read(actor.Ws);
        var known = await PeopleAtHand.Load(db, actor.Ws, rows, TagOf, ids => people.Load(actor.Ws, ids, ct), null, ct);
        var touched = new Dictionary<Guid, int>();
        var locale = Locale.Of(context);
        var answer = new List<Row>();
        foreach (var row in rows)
        {
            var decision = ImportJob.Decide(row, request, known, touched, TagOf);
            if (ImportJob.PersonOf(decision) is { } person)
                touched.TryAdd(person, row.No);
            answer.Add(View(row, decision, locale, actor));
        }
        return TypedResults.Ok(new Answer((await columns.Of(actor.Ws, import.FileId, request.Format, ct))!, answer));
    }

    private static Row View(ImportedRow row, RowDecision decision, Locale locale, Actor actor)
    {
        var (outcome, person) = OutcomeOf(decision);
        var fault = (decision as RowDecision.Refuse)?.Fault;
        IReadOnlyList<string> changes = decision switch
        {
            RowDecision.Add => ChangesOf(new RowChanges(row.Name, row.Identities, row.Tags, row.Fields, row.Consents)),
            RowDecision.Change change => ChangesOf(change.Changes),
            _ => [],
        };
        return new Row(row.No, outcome, fault is null ? null : Messages.Text(locale, fault.Code, fault.Arg ?? ""), fault?.Column, person?.Id, ContactMasks.NameAt(actor.Rights.Fields, person?.Name), row.Name, row.Identities, row.Tags, changes, row.Cells);
    }

    private static (string Outcome, KnownPerson? Person) OutcomeOf(RowDecision decision)
    {
        switch (decision)
        {
            case RowDecision.Add:
                return ("add", null);
            case RowDecision.Change change:
                return ("change", change.Person);
            case RowDecision.Same same:
                return ("same", same.Person);
            case RowDecision.PassOver over:
                return ("pass_over", over.Person);
            default:
                var refused = (RowDecision.Refuse)decision;
                return (refused.Fault.Kind, refused.Person);
        }
    }

    private static List<string> ChangesOf(RowChanges changes)
    {
        var targets = new List<string>();
        if (changes.Name is not null)
            targets.Add(ColumnTarget.Name);
        targets.AddRange(changes.Identities.Select(identity => ColumnTarget.Identity(identity.Kind)).Distinct());
        if (changes.Tags.Count > 0)
            targets.Add(ColumnTarget.Tags);
        targets.AddRange(FieldValues.Keys(changes.Fields.Internal).Concat(FieldValues.Keys(changes.Fields.Personal)).Select(ColumnTarget.Field));
        targets.AddRange(changes.Consents.Keys.Select(ColumnTarget.Consent));
        return targets;
    }
}
