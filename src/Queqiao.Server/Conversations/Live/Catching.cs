using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>Brings a new subscription from what its reader has to what is live, without a gap or a repeat.</summary>
internal sealed class Catching(ConversationReader reader)
{
    /// <summary>More than this many missed entries are paged in by REST instead.</summary>
    public const int MostMissed = 200;

    /// <summary>Call after the subscription was added with <see cref="Subscription.Hold"/> on. False: too much was missed, the reader was told to resync.</summary>
    public async Task<bool> Up(Subscription one, ConversationHead head, long after, Audience audience, CancellationToken ct)
    {
        var missed = await reader.Page(head, new PageOf(MostMissed, After: after, OnlyPublic: audience == Audience.Customer), ct);
        if (missed.More)
        {
            one.Connection.Send(Resync(head.Id, after));
            return false;
        }
        var shown = head.For(one.Fields);
        one.CaughtUp(missed.Entries.Select(entry => (entry.Seq, (ReadOnlyMemory<byte>)ItemWriter.Frame(entry.For(one.Fields), shown, audience))));
        return true;
    }

    private static byte[] Resync(Guid conversation, long after) => Frames.Write((conversation, after), static (json, it) =>
    {
        json.WriteString("op", "resync");
        json.WriteString("conversation", it.conversation);
        json.WriteNumber("after", it.after);
    });
}
