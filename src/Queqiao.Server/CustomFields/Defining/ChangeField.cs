using Microsoft.EntityFrameworkCore;
using Queqiao.Server.CustomFields.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomFields.Defining;

/// <summary><c>PATCH /api/v1/custom-fields/{id}</c>: what is given replaces what was.</summary>
internal static class ChangeField
{
    public sealed record Request(string? Name = null, bool? Required = null, IReadOnlyList<FieldOption>? Options = null, int? Position = null, bool? Archived = null);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, FieldDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Name is { } name && Refusal.Of(FieldRules.CheckName(name)) is { } invalid)
            return invalid.ToProblem();
        var (field, refusal) = await storage.Run<(CustomField?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<CustomFieldRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop);
            if (row is null)
                return (null, Refusal.NotFound());
            if (request.Options is not null && Refusal.Of(FieldRules.CheckOptions(row.Kind, request.Options)) is { } wrong)
                return (null, wrong);
            Apply(row, request, unit.Ids.Now());
            unit.AfterCommit(() => directory.Changed(actor.Ws, row.Object));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "custom_field.changed", "custom_field", id.ToString(), request, stop);
            return (row.ToField(), null);
        }, ct);
        return field is null ? refusal!.ToProblem() : TypedResults.Ok(FieldAnswer.Of(field));
    }

    private static void Apply(CustomFieldRow row, Request request, long now)
    {
        row.Name = request.Name?.Trim() ?? row.Name;
        row.Required = request.Required ?? row.Required;
        row.Position = request.Position ?? row.Position;
        if (request.Options is { } options)
            row.Options = CustomFieldRow.TextOf(FieldRules.Replace(row.ToField().Options, options));
        if (request.Archived is { } archived)
            row.ArchivedAt = archived ? row.ArchivedAt ?? now : null;
    }
}
