using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Scheduling;

/// <summary>A message that is to be sent later.</summary>
internal sealed class ScheduledRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ConversationId { get; init; }
    public required Guid AgentId { get; init; }

    /// <summary>A <see cref="ScheduledBody"/>, sealed with the key of the person it is written to.</summary>
    public required byte[] Body { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public required long SendAt { get; set; }

    /// <summary>One of <see cref="ScheduledState"/>.</summary>
    public required string State { get; set; }

    /// <summary>Why it was not sent: a code with a text in both languages.</summary>
    public string? Reason { get; set; }

    /// <summary>Not sent when the customer has written after this seq; null: sent all the same.</summary>
    public long? UnlessAfter { get; set; }

    /// <summary>The job that will send it; earlier ones have nothing to do any more.</summary>
    public required Guid JobId { get; set; }

    public required long CreatedAt { get; init; }
    public long? EndedAt { get; set; }
}

/// <summary>Stored: never rename one.</summary>
internal static class ScheduledState
{
    public const string Waiting = "waiting";
    public const string Sent = "sent";

    /// <summary>Its time came and it could not be sent: it stays until somebody looks at it.</summary>
    public const string Failed = "failed";

    /// <summary>The customer had written first.</summary>
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";
}

/// <param name="Text">As it was written, with its marks.</param>
/// <param name="Files">Ids of files.</param>
internal sealed record ScheduledBody(string Text, IReadOnlyList<Guid>? Files = null, long? ReplyTo = null, string? Format = null);
