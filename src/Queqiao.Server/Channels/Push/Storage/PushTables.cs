using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Push.Storage;

/// <summary>A push service of a channel: the firm's own server, or a vendor's. One of each.</summary>
internal sealed class PushTarget : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>The name of an <see cref="IPushService"/>.</summary>
    public required string Service { get; init; }

    /// <summary>JSON of what is not secret.</summary>
    public required string Settings { get; set; }

    /// <summary>JSON of what is, sealed.</summary>
    public byte[]? Secrets { get; set; }

    /// <summary>The signing secret before this one, sealed.</summary>
    public byte[]? Before { get; set; }

    /// <summary>How long it signs too.</summary>
    public long? BeforeUntil { get; set; }

    public required bool Enabled { get; set; }
    public required long CreatedAt { get; init; }
    public long? LastSentAt { get; set; }
    public long? LastErrorAt { get; set; }

    /// <summary>JSON of the last failure: class, code, reason.</summary>
    public string? Error { get; set; }
}

/// <summary>An app on somebody's phone, by which they can be told.</summary>
internal sealed class PushDevice : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>What stands for the visitor, as in <c>contact_identity</c>.</summary>
    public required Guid Tag { get; init; }

    /// <summary>Whose key sealed the token.</summary>
    public required Guid ContactId { get; init; }

    /// <summary>Who issued the token: fcm, apns, huawei …</summary>
    public required string Vendor { get; init; }

    /// <summary>What stands for the token: one phone is registered once.</summary>
    public required Guid TokenTag { get; init; }

    public required byte[] Sealed { get; init; }
    public required long CreatedAt { get; init; }
}

/// <summary>How far somebody was told of what waits for them in a conversation.</summary>
internal sealed class PushMark : IScoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }

    /// <summary>A job is on its way that will look.</summary>
    public required bool Waiting { get; set; }

    /// <summary>When the first message came that nobody was told of.</summary>
    public required long Since { get; set; }

    public required long ToldSeq { get; set; }
}

internal sealed class PushTables : IEntityTypeConfiguration<PushTarget>, IEntityTypeConfiguration<PushDevice>, IEntityTypeConfiguration<PushMark>
{
    public void Configure(EntityTypeBuilder<PushTarget> table)
    {
        table.ToTable("push_target").HasKey(target => new { target.Ws, target.Id });
        table.HasOne<Channel>().WithMany().HasForeignKey(target => new { target.Ws, target.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(target => new { target.Ws, target.ChannelId, target.Service }, "ux_push_target_service").IsUnique();
    }

    public void Configure(EntityTypeBuilder<PushDevice> table)
    {
        table.ToTable("push_device").HasKey(device => new { device.Ws, device.Id });
        table.HasOne<Channel>().WithMany().HasForeignKey(device => new { device.Ws, device.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(device => new { device.Ws, device.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(device => new { device.Ws, device.ChannelId, device.TokenTag }, "ux_push_device_token").IsUnique();
        table.HasIndex(device => new { device.Ws, device.ChannelId, device.Tag }, "ix_push_device_visitor");
        table.HasIndex(device => new { device.Ws, device.ContactId }, "ix_push_device_contact");
    }

    public void Configure(EntityTypeBuilder<PushMark> table)
    {
        table.ToTable("push_mark").HasKey(mark => new { mark.Ws, mark.ConversationId });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(mark => new { mark.Ws, mark.ConversationId }).OnDelete(DeleteBehavior.NoAction);
    }
}
