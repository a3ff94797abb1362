using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>One widget on the gateway. There are thousands, mostly idle: it holds as little as it can.</summary>
internal sealed class CustomerParty(Customer customer, GatewayConnection connection, Subscription subscription, CustomerServices services) : IGatewayParty
{
    public string Kind => "customer";

    public FrameGuard Guard { get; } = new(services.Limits, services.Limits.VisitorFrames, services.Clock);

    public void On(ClientFrame frame)
    {
        switch (frame)
        {
            case { Op: "ping" }:
                connection.Send(Frames.Pong);
                break;
            case { Op: "send" }:
                Send(frame);
                break;
            case { Op: "typing" }:
                if (subscription.ConversationId is { } conversation && Guard.AdmitsTyping())
                    CustomerSignals.Typing(services.Hub, customer, conversation, frame.On ?? true);
                break;
            case { Op: "read", Seq: { } seq }:
                services.Log.Post(CustomerCommands.Read(customer, seq, new SocketReply(connection, "read", clientId: null, forCustomer: true)));
                break;
            default:
                connection.Send(Frames.Error(connection.Locale, "validation", frame.Op, frame.ClientId));
                break;
        }
    }

    private void Send(ClientFrame frame)
    {
        var reply = new SocketReply(connection, "send", frame.ClientId, forCustomer: true);
        if ((Sending.Check(frame.ClientId, frame.Text, frame.Attachments) ?? (subscription.ConversationId is null ? services.MayBegin() : null)) is { } refusal)
            reply.Refuse(refusal);
        else
            Send(frame, new Outgoing(frame.ClientId!, frame.Text ?? "", ReplyTo: frame.ReplyTo), Unless(reply));
    }

    private void Send(ClientFrame frame, Outgoing said, ILogReply reply)
    {
        if (frame.Attachments is { Length: > 0 } attached)
        {
            services.Files.Post(services.Owner(customer), attached, isPublic: true,
                sent => CustomerCommands.Message(customer, said with { Files = sent }, services, reply, connection), reply);
        }
        else
        {
            services.Log.Post(CustomerCommands.Message(customer, said, services, reply, connection));
        }
    }

    /// <summary>A blocked person's message is dropped in silence where the workspace wants it so: the widget hears what it has already.</summary>
    private ILogReply Unless(SocketReply reply) => services.Settings.Of(customer.Ws).DropsBlocked
        ? new SilentReply(reply, subscription.ConversationId ?? Guid.Empty, subscription.Seen, services.Clock)
        : reply;

    public void Closed()
    {
        if (services.Hub.Remove(customer.Ws, customer.Key, subscription) && subscription.ConversationId is { } conversation)
            CustomerSignals.Presence(services.Hub, customer, conversation, online: false);
    }
}

/// <summary>What agents notice of a customer beside messages.</summary>
internal static class CustomerSignals
{
    public static void Typing(ConversationHub hub, Customer customer, Guid conversation, bool on) =>
        hub.ToAgents(customer.Ws, conversation, () => LiveFrames.Typing(conversation, SenderKind.Contact, null, null, on));

    public static void Presence(ConversationHub hub, Customer customer, Guid conversation, bool online) =>
        hub.CustomerIs(online, customer.Ws, customer.Key, conversation);
}

/// <summary>The commands of a customer.</summary>
internal static class CustomerCommands
{
    public static LogCommand Message(Customer customer, Outgoing said, CustomerServices services, ILogReply reply, object? origin) => new()
    {
        Ws = customer.Ws,
        Customer = customer.Key,
        Begins = true,
        Key = LogCommand.KeyOf(customer.Ws, $"customer:{customer.Key.ChannelId}:{customer.Key.Identity}", said.ClientId),
        By = Contact,
        ReopenWithin = services.Settings.Of(customer.Ws).ReopenWithin,
        Decide = head => head.Seq == 0 && services.MayBegin() is { } busy ? busy : head.CustomerSays(
            said.Text, said.ClientId, said.Files, said.ReplyTo, services.Bots?.Receives(customer.Ws, customer.Key.ChannelId) ?? false),
        Reply = reply,
        Origin = origin,
    };

    public static LogCommand Read(Customer customer, long seq, ILogReply reply) => new()
    {
        Ws = customer.Ws,
        Customer = customer.Key,
        By = Contact,
        Decide = head => head.MarkRead(SenderKind.Contact, seq),
        Reply = reply,
    };

    /// <summary>A day may lie between asking and answering, but not another conversation.</summary>
    public static LogCommand Rate(Customer customer, int score, string? comment, long now, ILogReply reply) => new()
    {
        Ws = customer.Ws,
        Customer = customer.Key,
        By = Contact,
        ReopenWithin = TimeSpan.FromDays(30),
        Decide = head => head.Rate(score, comment, now),
        Reply = reply,
    };

    public static LogCommand RateBot(Customer customer, long of, bool helpful, string? reason, ILogReply reply) => new()
    {
        Ws = customer.Ws,
        Customer = customer.Key,
        By = Contact,
        ReopenWithin = TimeSpan.FromDays(30),
        Decide = head => head.RateBot(of, helpful, reason),
        Reply = reply,
    };

    // Whose contact this is follows from the conversation, and so does their name.
    private static readonly Sender Contact = new(SenderKind.Contact, null, null);
}
