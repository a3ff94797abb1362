using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>What a file is at. Names are stored: never rename one.</summary>
internal static class FileState
{
    /// <summary>Bytes are still to come.</summary>
    public const string Uploading = "uploading";

    /// <summary>Complete, and waits to be looked at by the malware scanner. May be sent; is not served.</summary>
    public const string Scanning = "scanning";

    public const string Ready = "ready";

    /// <summary>The scanner found something. Kept, never served.</summary>
    public const string Infected = "infected";

    /// <summary>Is not what it says, or cannot be read. Its bytes are gone.</summary>
    public const string Refused = "refused";

    /// <summary>Deleted with the person it belonged to.</summary>
    public const string Erased = "erased";

    /// <summary>Nobody sent it in time: the sweep is about to delete it.</summary>
    public const string Expired = "expired";
}

/// <summary>A file, from the first word about it on. Its bytes are blobs (<see cref="IFileStore"/>), its name and its key are sealed.</summary>
internal sealed class StoredFile : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string State { get; set; }

    /// <summary>Who uploaded it, as <see cref="FileOwner"/> names people.</summary>
    public required string OwnerKind { get; init; }

    public required Guid OwnerKey { get; init; }

    /// <summary>Sealed with the file's key; null once it is erased.</summary>
    public byte[]? Name { get; set; }

    public required string Kind { get; set; }
    public required string ContentType { get; set; }

    /// <summary>As announced; for an image that was encoded anew, as it is served.</summary>
    public required long Size { get; set; }

    public int? Width { get; set; }
    public int? Height { get; set; }
    public int? DurationMs { get; set; }
    public bool HasThumb { get; set; }

    /// <summary>The file's key under the workspace's or the person's; null once it is erased.</summary>
    public byte[]? SealedKey { get; set; }

    /// <summary>HMAC-SHA256 over the uploaded bytes: tells two files apart without telling what is in them.</summary>
    public byte[]? Digest { get; set; }

    /// <summary>Where it was sent; null while it was not.</summary>
    public Guid? ConversationId { get; set; }

    public Guid? ContactId { get; set; }

    /// <summary>Whether the customer may have it: sent in a message, not only in a note.</summary>
    public bool IsPublic { get; set; }

    /// <summary>Why it was refused, or what the scanner found.</summary>
    public string? Reason { get; set; }

    public int Tries { get; set; }

    /// <summary>When the sweep looks at it again: to scan, or to delete what nobody sent. Null: never.</summary>
    public long? NextAt { get; set; }

    public required long CreatedAt { get; init; }
}

/// <summary>Who uploads: a colleague, or a customer by a keyed hash of what the channel calls them.</summary>
internal sealed record FileOwner(int Ws, string Kind, Guid Key)
{
    public const string Agent = "agent";
    public const string Contact = "contact";

    public static FileOwner OfAgent(int ws, Guid agentId) => new(ws, Agent, agentId);
}

internal sealed class StoredFileTable : IEntityTypeConfiguration<StoredFile>
{
    public void Configure(EntityTypeBuilder<StoredFile> table)
    {
        table.ToTable("file").HasKey(file => new { file.Ws, file.Id });
        table.HasOne<Identity.Storage.Workspace>().WithMany().HasForeignKey(file => file.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(file => new { file.Ws, file.OwnerKey, file.CreatedAt }, "ix_file_owner");
        table.HasIndex(file => new { file.Ws, file.ConversationId, file.CreatedAt }, "ix_file_conversation");
        table.HasIndex(file => new { file.Ws, file.ContactId }, "ix_file_contact");
        table.HasIndex(file => file.NextAt, "ix_file_next").HasFilter("next_at IS NOT NULL");
    }
}
