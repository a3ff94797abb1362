using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>The firm's own name and colour in place of the product's. Anybody who opens the console sees them: nothing here is secret.</summary>
internal sealed class BrandRow : IUnscoped
{
    public required int Ws { get; init; }
    public string? Name { get; set; }
    public string? Color { get; set; }
    public string? MailFooter { get; set; }
    public required long ChangedAt { get; set; }
}

internal sealed class BrandImage : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary><c>logo-light</c>, <c>logo-dark</c> or <c>icon</c>.</summary>
    public required string Kind { get; init; }

    public required string ContentType { get; set; }
    public required byte[] Bytes { get; set; }
    public required string Hash { get; set; }
    public required int Width { get; set; }
    public required int Height { get; set; }
}

internal sealed class BrandTables : IEntityTypeConfiguration<BrandRow>, IEntityTypeConfiguration<BrandImage>
{
    public void Configure(EntityTypeBuilder<BrandRow> table)
    {
        table.ToTable("brand").HasKey(row => row.Ws);
        table.Property(row => row.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<BrandImage> table)
    {
        table.ToTable("brand_image").HasKey(row => new { row.Ws, row.Kind });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
