using Queqiao.Server.CustomFields.Defining;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomFields;

/// <summary>Fields that a workspace adds to its conversations and contacts: what they are, and what may stand in them.</summary>
internal static class CustomFieldsModule
{
    public static void AddCustomFields(this IServiceCollection services)
    {
        services.AddSingleton<FieldDirectory>();
        services.AddSingleton<ICustomFields>(all => all.GetRequiredService<FieldDirectory>());
    }

    public static void MapCustomFields(this IEndpointRouteBuilder app)
    {
        var fields = app.MapGroup("/api/v1/custom-fields").WithTags("Custom fields");
        fields.MapGet("", ListFields.Handle).Needs(Permissions.ReadConversations).TakesQuery("object")
            .WithSummary("Fields that were added to conversations and contacts, archived ones too").Produces<FieldList>();
        fields.MapPost("", CreateField.Handle).Needs(Permissions.ManageFields).TakesQuery()
            .WithSummary("Add a field; key, kind and class never change").Produces<FieldAnswer>(StatusCodes.Status201Created);
        fields.MapPatch("/{id:guid}", ChangeField.Handle).Needs(Permissions.ManageFields).TakesQuery()
            .WithSummary("Change a field; options that are left out are archived").Produces<FieldAnswer>();
    }
}
