using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomFields.Storage;

/// <summary>A definition; values lie with what they belong to.</summary>
internal sealed class CustomFieldRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Object { get; init; }
    public required string Key { get; init; }
    public required string Name { get; set; }
    public required string Kind { get; init; }
    public required string Class { get; init; }
    public required bool Required { get; set; }

    /// <summary>JSON of the options; an empty array for kinds without.</summary>
    public required string Options { get; set; }

    public required int Position { get; set; }
    public long? ArchivedAt { get; set; }
    public required long CreatedAt { get; init; }

    public CustomField ToField() => new(Id, Object, Key, Name, Kind, Class, Required, OptionsOf(Options), Position, ArchivedAt is not null);

    public static string TextOf(IReadOnlyList<FieldOption> options) => JsonSerializer.Serialize(options, StrictJson.Options);

    private static List<FieldOption> OptionsOf(string stored) => JsonSerializer.Deserialize<List<FieldOption>>(stored, TolerantJson.Options)!;
}

internal sealed class CustomFieldTable : IEntityTypeConfiguration<CustomFieldRow>
{
    public void Configure(EntityTypeBuilder<CustomFieldRow> table)
    {
        table.ToTable("custom_field").HasKey(field => new { field.Ws, field.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(field => field.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(field => new { field.Ws, field.Object, field.Key }, "ux_custom_field_key").IsUnique();
    }
}
