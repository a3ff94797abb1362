using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys.Storage;

/// <summary>A workspace's key, wrapped by a root key.</summary>
internal sealed class WorkspaceKeyRow : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>1, 2, 3 … in its workspace; stands in front of what it sealed.</summary>
    public required int Id { get; init; }

    /// <summary><c>data</c> seals; <c>index</c> is the secret that blind indexes and the like are derived from, and never changes.</summary>
    public required string Kind { get; init; }

    /// <summary><c>current</c> seals from now on, <c>old</c> only opens.</summary>
    public required string State { get; set; }

    public required string RootId { get; set; }
    public required byte[] Wrapped { get; set; }
    public required long CreatedAt { get; init; }
}

internal static class KeyKind
{
    public const string Data = "data";
    public const string Index = "index";
}

internal static class KeyState
{
    public const string Current = "current";
    public const string Old = "old";
}

/// <summary>A person's key, wrapped by their workspace's key.</summary>
internal sealed class ContactKeyRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>Which of the workspace's keys wrapped it.</summary>
    public required int KeyId { get; set; }

    /// <summary>Null: destroyed. The row stays, so that "erased" and "damaged" can be told apart.</summary>
    public byte[]? Wrapped { get; set; }

    public required long CreatedAt { get; init; }
    public long? DestroyedAt { get; set; }
}

internal sealed class KeyTables : IEntityTypeConfiguration<WorkspaceKeyRow>, IEntityTypeConfiguration<ContactKeyRow>
{
    public void Configure(EntityTypeBuilder<ContactKeyRow> table)
    {
        table.ToTable("contact_key").HasKey(key => new { key.Ws, key.ContactId });
        table.HasOne<Contact>().WithMany().HasForeignKey(key => new { key.Ws, key.ContactId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<WorkspaceKeyRow> table)
    {
        table.ToTable("workspace_key").HasKey(key => new { key.Ws, key.Id });
        table.Property(key => key.Id).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(key => key.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
