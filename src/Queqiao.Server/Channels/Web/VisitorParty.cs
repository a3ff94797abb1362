using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Web;

/// <summary>What visitors' connections share.</summary>
internal sealed record VisitorServices(
    ConversationLog Log, ConversationHub Hub, ConversationReader Reader, Catching Catching, VisitorAccess Access, LimitsOptions Limits, TimeProvider Clock);

/// <summary>One widget on the gateway. There are thousands, mostly idle: it holds as little as it can.</summary>
internal sealed class VisitorParty(AdmittedVisitor who, GatewayConnection connection, Subscription subscription, VisitorServices services) : IGatewayParty
{
    private readonly FrameGuard _guard = new(services.Limits, services.Limits.VisitorFrames, services.Clock);

    public void On(ClientFrame frame)
    {
        if (!_guard.Admits(frame, connection))
            return;
        switch (frame)
        {
            case { Op: "ping" }:
                connection.Send(Frames.Pong);
                break;
            case { Op: "send" }:
                Send(frame);
                break;
            case { Op: "typing" }:
                if (subscription.ConversationId is { } conversation && _guard.AdmitsTyping())
                    VisitorSignals.Typing(services.Hub, who, conversation, frame.On ?? true);
                break;
            case { Op: "read", Seq: { } seq }:
                services.Log.Post(VisitorSending.Read(who, seq, new SocketReply(connection, "read", clientId: null, forCustomer: true)));
                break;
            default:
                connection.Send(Frames.Error(connection.Locale, "validation", frame.Op, frame.ClientId));
                break;
        }
    }

    private void Send(ClientFrame frame)
    {
        var reply = new SocketReply(connection, "send", frame.ClientId, forCustomer: true);
        if (Sending.Check(frame.ClientId, frame.Text) is { } refusal)
            reply.Refuse(refusal);
        else
            services.Log.Post(VisitorSending.Message(who, frame.ClientId!, frame.Text!, reply, connection));
    }

    public void Closed()
    {
        if (services.Hub.Remove(who.Channel.Ws, who.Visitor.Key, subscription) && subscription.ConversationId is { } conversation)
            VisitorSignals.Presence(services.Hub, who, conversation, online: false);
    }
}

/// <summary>What agents notice of a visitor beside messages.</summary>
internal static class VisitorSignals
{
    public static void Typing(ConversationHub hub, AdmittedVisitor who, Guid conversation, bool on) =>
        hub.ToAgents(who.Channel.Ws, conversation, () => LiveFrames.Typing(conversation, SenderKind.Contact, null, null, on));

    public static void Presence(ConversationHub hub, AdmittedVisitor who, Guid conversation, bool online) =>
        hub.ToAgents(who.Channel.Ws, conversation, () => LiveFrames.ContactPresence(conversation, online));
}

/// <summary>Lets visitors in by their token.</summary>
internal sealed class VisitorDoor(VisitorServices services) : IGatewayDoor
{
    public bool IsFor(HttpContext context, ClientFrame hello) => hello.Token is not null;

    public async ValueTask<IGatewayParty?> Enter(HttpContext context, ClientFrame hello, GatewayConnection connection)
    {
        var (who, _) = await services.Access.Admit(context, hello.Token);
        if (who is null)
            return null;
        var ct = context.RequestAborted;
        var key = who.Visitor.Key;
        var subscription = new Subscription(connection, conversationId: null, seen: 0);
        subscription.Hold();
        var first = services.Hub.Add(who.Channel.Ws, key, subscription);
        try
        {
            var head = await services.Reader.HeadOf(who.Channel.Ws, key, ct);
            connection.Send(LiveFrames.Ready(services.Clock.GetUtcNow(), head));
            await CatchUp(subscription, head, hello, ct);
            if (first && head is not null)
                VisitorSignals.Presence(services.Hub, who, head.Id, online: true);
        }
        catch
        {
            services.Hub.Remove(who.Channel.Ws, key, subscription);
            throw;
        }
        return new VisitorParty(who, connection, subscription, services);
    }

    private async Task CatchUp(Subscription subscription, ConversationHead? head, ClientFrame hello, CancellationToken ct)
    {
        if (head is null)
        {
            subscription.CaughtUp([]);
            return;
        }
        // Without a word about this conversation the widget starts from now: it loads the newest page by itself.
        var after = hello.After ?? (hello.Resume?.FirstOrDefault(pair => Guid.TryParse(pair.Key, out var id) && id == head.Id) is { Key: not null } known ? known.Value : head.PublicSeq);
        subscription.Follow(head.Id, after);
        if (!await services.Catching.Up(subscription, head, after, Audience.Customer, ct))
            subscription.CaughtUp([]); // told to page the rest in; what is new from here on still comes live
    }
}
