using Microsoft.EntityFrameworkCore;
using Queqiao.Server.CustomFields.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomFields.Defining;

/// <summary><c>POST /api/v1/custom-fields</c></summary>
internal static class CreateField
{
    public sealed record Request(
        string Object, string Key, string Name, string Kind, string Class = FieldClass.Internal, bool Required = false, IReadOnlyList<FieldOption>? Options = null, int? Position = null);

    public static async Task<IResult> Handle(
        Request request, Actor actor, FieldDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        try
        {
            var (field, refusal) = await storage.Run(actor.Ws, (unit, stop) => Add(unit, request, AuditBy.Agent(actor, context), directory, stop), ct);
            return field is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/custom-fields/{field.Id}", FieldAnswer.Of(field));
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Invalid("key", "field_key_taken").ToProblem();
        }
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. FieldRules.CheckOneOf("object", request.Object, FieldObject.All),
        .. FieldRules.CheckKey(request.Key),
        .. FieldRules.CheckName(request.Name),
        .. FieldRules.CheckOneOf("kind", request.Kind, FieldKind.All),
        .. FieldRules.CheckOneOf("class", request.Class, FieldClass.All),
        .. FieldRules.CheckOptions(request.Kind, request.Options)]);

    private static async Task<(CustomField?, Refusal?)> Add(WriteUnit unit, Request request, AuditBy by, FieldDirectory directory, CancellationToken ct)
    {
        var ws = unit.Ws;
        var active = await unit.Db.Table<CustomFieldRow>().CountAsync(row => row.Ws == ws && row.Object == request.Object && row.ArchivedAt == null, ct);
        if (active >= FieldRules.MostFields)
            return (null, Refusal.Conflict("too_many_fields", FieldRules.MostFields));
        var row = new CustomFieldRow
        {
            Ws = ws, Id = unit.Ids.New(), Object = request.Object, Key = request.Key, Name = request.Name.Trim(), Kind = request.Kind, Class = request.Class,
            Required = request.Required, Options = CustomFieldRow.TextOf(FieldRules.Replace([], request.Options ?? [])), Position = request.Position ?? active, CreatedAt = unit.Ids.Now(),
        };
        unit.Db.Table<CustomFieldRow>().Add(row);
        unit.AfterCommit(() => directory.Changed(ws, request.Object));
        await Audit.Record(unit, by, "custom_field.created", "custom_field", row.Id.ToString(), new { row.Object, row.Key, row.Kind, row.Class }, ct);
        return (row.ToField(), null);
    }
}
