using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;

namespace Queqiao.Server.Channels.Web;

/// <summary>The commands of a visitor.</summary>
internal static class VisitorSending
{
    public static LogCommand Message(AdmittedVisitor who, string clientId, string text, ILogReply reply, object? origin) => new()
    {
        Ws = who.Channel.Ws,
        Customer = who.Visitor.Key,
        Begins = true,
        Key = LogCommand.KeyOf(who.Channel.Ws, $"visitor:{who.Visitor.ChannelId}:{who.Visitor.Id}", clientId),
        By = Contact,
        Decide = head => head.CustomerSays(text, clientId),
        Reply = reply,
        Origin = origin,
    };

    public static LogCommand Read(AdmittedVisitor who, long seq, ILogReply reply) => new()
    {
        Ws = who.Channel.Ws,
        Customer = who.Visitor.Key,
        By = Contact,
        Decide = head => head.MarkRead(SenderKind.Contact, seq),
        Reply = reply,
    };

    // Whose contact this is follows from the conversation, and so does their name.
    private static readonly Sender Contact = new(SenderKind.Contact, null, null);
}
