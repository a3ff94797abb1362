using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Conversations.Live;

/// <summary>What agents' connections share.</summary>
internal sealed record AgentServices(
    ConversationLog Log, ConversationHub Hub, ConversationReader Reader, Catching Catching, ListBoard Lists, AgentPresence Presence, ISessions Sessions, LimitsOptions Limits, TimeProvider Clock, ILogger<AgentParty> Logger);

#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose of; Closed cancels it
/// <summary>One console on the gateway.</summary>
internal sealed class AgentParty(Actor actor, SignedInBy session, GatewayConnection connection, AgentServices services) : IGatewayParty
{
    private const int MostWatched = 200;

    private readonly Dictionary<Guid, Subscription> _watched = [];
    private readonly Lock _gate = new();
    private readonly FrameGuard _guard = new(services.Limits, services.Limits.AgentFrames, services.Clock);
    private readonly CancellationTokenSource _gone = new();
    private ListWatch? _list;
    private volatile bool _active;

    public Actor Actor => actor;

    public SignedInBy Session => session;

    public GatewayConnection Connection => connection;

    public void On(ClientFrame frame)
    {
        if (!_guard.Admits(frame, connection))
            return;
        _active |= frame.Op != "ping"; // heartbeats alone do not keep a session from going idle
        switch (frame)
        {
            case { Op: "ping" }:
                connection.Send(Frames.Pong);
                break;
            case { Op: "watch", Conversation: { } conversation }:
                InBackground(() => Watch(conversation, frame.After ?? 0));
                break;
            case { Op: "unwatch", Conversation: { } conversation }:
                Unwatch(conversation);
                break;
            case { Op: "watch", List: { } view }:
                InBackground(() => WatchList(view, frame.Cursor));
                break;
            case { Op: "unwatch", List: not null }:
                SetList(null);
                break;
            case { Op: "send", Conversation: { } conversation }:
                Send(frame, conversation);
                break;
            case { Op: "typing", Conversation: { } conversation }:
                Typing(conversation, frame.On ?? true);
                break;
            case { Op: "read", Conversation: { } conversation, Seq: { } seq }:
                services.Log.Post(Sending.Change(actor, conversation, head => head.MarkRead(SenderKind.Agent, seq),
                    new SocketReply(connection, "read", clientId: null, forCustomer: false)));
                break;
            default:
                connection.Send(Frames.Error(connection.Locale, "validation", frame.Op, frame.ClientId));
                break;
        }
    }

    private void Send(ClientFrame frame, Guid conversation)
    {
        var reply = new SocketReply(connection, "send", frame.ClientId, forCustomer: false);
        if (!actor.May(Permissions.Reply))
            reply.Refuse(Refusal.Forbidden());
        else if (Sending.Check(frame.ClientId, frame.Text) is { } refusal)
            reply.Refuse(refusal);
        else
            services.Log.Post(Sending.ByAgent(actor, conversation, frame.ClientId!, frame.Text!, frame.Private ?? false, reply, connection));
    }

    /// <summary>Follows a conversation from what the console has. Watching again starts over from the new place.</summary>
    public async Task Watch(Guid conversation, long after)
    {
        Unwatch(conversation);
        if (await services.Reader.Head(actor.Conversations(), conversation, _gone.Token) is null)
        {
            connection.Send(Frames.Error(connection.Locale, "not_found", "watch", clientId: null));
            return;
        }
        var one = new Subscription(connection, conversation, after, actor.Conversations());
        one.Hold();
        lock (_gate)
        {
            if (_gone.IsCancellationRequested || _watched.Count >= MostWatched || !_watched.TryAdd(conversation, one))
                return;
            services.Hub.Add(actor.Ws, conversation, one);
        }
        // The head is read again: what changed since the first look is in the log that is read next.
        var head = await services.Reader.Head(actor.Conversations(), conversation, _gone.Token);
        if (head is null || !await services.Catching.Up(one, head, after, Audience.Agents, _gone.Token))
        {
            Unwatch(conversation);
            return;
        }
        connection.Send(LiveFrames.ContactPresence(conversation, services.Hub.IsOnline(actor.Ws, new(head.ChannelId, head.Identity))));
    }

    /// <summary>Ends the following of what the agent may no longer see.</summary>
    public void Unwatch(Guid conversation)
    {
        lock (_gate)
        {
            if (_watched.Remove(conversation, out var one))
                services.Hub.Remove(actor.Ws, conversation, one);
        }
    }

    public async Task WatchList(string view, string? cursor)
    {
        var watch = await services.Lists.Watch(actor, view, cursor, connection, _gone.Token);
        if (watch is null)
            connection.Send(Frames.Error(connection.Locale, "not_found", "watch", clientId: null));
        else
            SetList(watch);
    }

    private void SetList(ListWatch? next)
    {
        ListWatch? before;
        lock (_gate)
            (before, _list) = (_list, next);
        if (before is not null)
            services.Lists.End(before);
        if (next is not null && _gone.IsCancellationRequested)
            services.Lists.End(next);
    }

    private void Typing(Guid conversation, bool on)
    {
        if (!actor.May(Permissions.Reply) || !_guard.AdmitsTyping())
            return;
        bool watched;
        lock (_gate)
            watched = _watched.ContainsKey(conversation); // seen and allowed
        if (watched)
            InBackground(() => PassTyping(conversation, on));
    }

    private async Task PassTyping(Guid conversation, bool on)
    {
        if (await services.Reader.Head(actor.Conversations(), conversation, _gone.Token) is not { } head)
            return;
        services.Hub.ToAgents(actor.Ws, conversation, () => LiveFrames.Typing(conversation, SenderKind.Agent, actor.AgentId, actor.Name, on), connection);
        services.Hub.ToCustomer(actor.Ws, new(head.ChannelId, head.Identity), () => LiveFrames.Typing(conversation, SenderKind.Agent, null, actor.Name, on));
    }

    private void InBackground(Func<Task> work) => _ = Guarded(work);

    private async Task Guarded(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // the console left meanwhile
        }
        catch (Exception trouble)
        {
            services.Logger.LogError(trouble, "A frame of an agent failed");
            connection.Send(Frames.Error(connection.Locale, trouble is StorageUnavailableException ? "storage_unavailable" : "internal", op: null, clientId: null));
        }
    }

    public ValueTask<bool> MayStay()
    {
        var active = _active;
        _active = false;
        return services.Sessions.Stands(session, active, _gone.Token);
    }

    public void Closed()
    {
        _gone.Cancel();
        SetList(null);
        lock (_gate)
        {
            foreach (var (conversation, one) in _watched)
                services.Hub.Remove(actor.Ws, conversation, one);
            _watched.Clear();
        }
        services.Presence.Left(this);
    }
}
