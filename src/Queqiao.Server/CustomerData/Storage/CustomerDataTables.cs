using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Storage;

internal sealed class CustomerDataSetting : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>JSON of <see cref="Configuring.CustomerDataSettings"/>.</summary>
    public required string Settings { get; set; }

    /// <summary>What questions are signed with, under the workspace's key.</summary>
    public byte[]? Secret { get; set; }

    public required long ChangedAt { get; set; }
}

/// <summary>What the firm's system last said about a person.</summary>
internal sealed class CustomerDataCopy : IScoped
{
    public required int Ws { get; init; }

    /// <summary>The contact that stands for the person.</summary>
    public required Guid ContactId { get; init; }

    /// <summary>The answer, and by what they were asked for, under the contact's key (<see cref="Place"/>).</summary>
    public required byte[] Sealed { get; set; }

    public required long FetchedAt { get; set; }

    /// <summary>Stored in effect: never rename.</summary>
    public static SealedPlace Place(Guid contact) => new("customer_data_copy", contact);
}

internal sealed class CustomerDataTables : IEntityTypeConfiguration<CustomerDataSetting>, IEntityTypeConfiguration<CustomerDataCopy>
{
    public void Configure(EntityTypeBuilder<CustomerDataSetting> table)
    {
        table.ToTable("customer_data_setting").HasKey(row => row.Ws);
        table.Property(row => row.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<CustomerDataCopy> table)
    {
        table.ToTable("customer_data_copy").HasKey(row => new { row.Ws, row.ContactId });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.FetchedAt }, "ix_customer_data_copy_fetched");
    }
}
