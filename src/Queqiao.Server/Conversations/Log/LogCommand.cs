using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Log;

/// <summary>A wish to append to one conversation, queued for the next group commit.</summary>
internal sealed class LogCommand
{
    public required int Ws { get; init; }

    /// <summary>The conversation, or null when <see cref="Customer"/> says whose it is.</summary>
    public Guid? ConversationId { get; init; }

    /// <summary>A customer on a channel: their conversation is found, reopened or begun.</summary>
    public CustomerKey? Customer { get; init; }

    /// <summary>What stands for <see cref="Customer"/> in indexes; the log sets it.</summary>
    public Guid CustomerTag { get; set; }

    /// <summary>What the asker may see: another conversation is not found. Null: the customer's own.</summary>
    public Scope<ConversationHead>? Scope { get; init; }

    /// <summary>What the asker may change of what they see: else it is forbidden. Null: all of it.</summary>
    public Scope<ConversationHead>? Handling { get; init; }

    /// <summary>The same key never appends twice; the first answer is given again.</summary>
    public Guid? Key { get; init; }

    public required Sender By { get; init; }

    /// <summary>Whether a customer without a conversation gets one (a message) or the command is not found (a read mark).</summary>
    public bool Begins { get; init; }

    /// <summary>How long a resolved conversation is taken up again by its customer; later they begin a new one.</summary>
    public TimeSpan ReopenWithin { get; init; } = ConversationRules.ReopenWithin;

    public required Func<ConversationHead, Decision> Decide { get; init; }

    /// <summary>Told once: after the commit, or with a refusal or an exception.</summary>
    public required ILogReply Reply { get; init; }

    /// <summary>When it happened, in Unix milliseconds, for what is written down later (an import, the demo); null: now.</summary>
    public long? At { get; init; }

    /// <summary>Keys as the transaction has them, not from memory: it has destroyed some, and a reader may have put them back there meanwhile.</summary>
    public bool KeysAnew { get; init; }

    /// <summary>When it was made, for the time until its answer.</summary>
    public long MadeAt { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>The connection that sent it: it gets the answer and not the event.</summary>
    public object? Origin { get; init; }

    /// <summary>128 bits over (workspace, sender, clientId); the sender is part of it, so nobody can block another's ids.</summary>
    public static Guid KeyOf(int ws, string sender, string clientId)
    {
        var length = Encoding.UTF8.GetByteCount(sender) + Encoding.UTF8.GetByteCount(clientId) + 5;
        var buffer = length <= 512 ? stackalloc byte[length] : new byte[length];
        BitConverter.TryWriteBytes(buffer, ws);
        var at = 4 + Encoding.UTF8.GetBytes(sender, buffer[4..]);
        buffer[at++] = 0;
        Encoding.UTF8.GetBytes(clientId, buffer[at..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(buffer, hash);
        return new Guid(hash[..16]);
    }
}

/// <summary>Who waits for a command.</summary>
internal interface ILogReply
{
    void Done(LogOutcome outcome);

    void Failed(Exception error);
}

/// <summary>The answer to a command.</summary>
internal abstract record LogOutcome
{
    /// <summary>It is on disk (now, or since the first time this key was sent).</summary>
    /// <param name="ConversationId">Where.</param>
    /// <param name="Seq">Position of the message, or of the last entry appended; the head's when nothing was to do.</param>
    /// <param name="PublicPrev">The customer's <c>prev</c>, null when the customer cannot see it.</param>
    /// <param name="At">Unix milliseconds.</param>
    /// <param name="First">Position of the first entry this command appended: the sender's <c>prev</c> is one less.</param>
    public sealed record Stored(Guid ConversationId, long Seq, long? PublicPrev, long At, long First) : LogOutcome;

    public sealed record Refused(Refusal Refusal) : LogOutcome;
}
