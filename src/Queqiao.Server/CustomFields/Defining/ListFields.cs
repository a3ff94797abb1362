using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomFields.Defining;

/// <summary>A field as the API shows it.</summary>
internal sealed record FieldAnswer(
    Guid Id, string Object, string Key, string Name, string Kind, string Class, bool Required, IReadOnlyList<FieldOption> Options, int Position, bool Archived)
{
    public static FieldAnswer Of(CustomField field) =>
        new(field.Id, field.Object, field.Key, field.Name, field.Kind, field.Class, field.Required, field.Options, field.Position, field.Archived);
}

internal sealed record FieldList(IReadOnlyList<FieldAnswer> Items);

/// <summary><c>GET /api/v1/custom-fields?object=</c></summary>
internal static class ListFields
{
    /// <param name="object">conversation or contact; both when left out.</param>
    public static async Task<IResult> Handle(string? @object, Actor actor, ICustomFields fields, CancellationToken ct)
    {
        if (@object is not null && !FieldObject.All.Contains(@object))
            return Refusal.Invalid("object", "not_one_of", string.Join(", ", FieldObject.All)).ToProblem();
        var found = new List<FieldAnswer>();
        foreach (var one in FieldObject.All.Where(one => @object is null || one == @object))
            found.AddRange((await fields.Of(actor.Ws, one, ct)).All.Select(FieldAnswer.Of));
        return TypedResults.Ok(new FieldList(found));
    }
}
