using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Conversations.Live;

/// <summary>What agents' connections share.</summary>
internal sealed record AgentServices(
    ConversationLog Log, ConversationHub Hub, ConversationReader Reader, Catching Catching, ListBoard Lists, AgentPresence Presence, ISessions Sessions,
    SendingFiles Files, MentionReader Mentions, LimitsOptions Limits, TimeProvider Clock, ILogger<AgentParty> Logger, IOutsideSignals? Outside = null);

#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose of; Closed cancels it
/// <summary>One console on the gateway.</summary>
/// <param name="actor">Who.</param>
/// <param name="session">By which it came in.</param>
/// <param name="connection">Where to answer.</param>
/// <param name="services">Shared.</param>
internal sealed class AgentParty(Actor actor, SignedInBy session, GatewayConnection connection, AgentServices services) : IGatewayParty
{
    /// <summary>Conversations that one console may follow at once.</summary>
    public const int MostWatched = 200;

    private readonly Dictionary<Guid, Subscription> _watched = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _gone = new();
    private Task _watching = Task.CompletedTask;
    private ListWatch? _list;
    private volatile bool _active;

    public string Kind => "agent";

    public FrameGuard Guard { get; } = new(services.Limits, services.Limits.AgentFrames, services.Clock);

    public Actor Actor => actor;

    public SignedInBy Session => session;

    public GatewayConnection Connection => connection;

    public void On(ClientFrame frame)
    {
        _active |= frame.Op != "ping"; // heartbeats alone do not keep a session from going idle
        switch (frame)
        {
            case { Op: "ping" }:
                connection.Send(Frames.Pong);
                break;
            case { Op: "watch", Conversation: { } conversation }:
                InOrder(() => Watch(conversation, frame.After ?? 0));
                break;
            case { Op: "unwatch", Conversation: { } conversation }:
                InOrder(() => Unwatch(conversation));
                break;
            case { Op: "watch", List: { } view }:
                InOrder(() => WatchList(view, frame.Cursor));
                break;
            case { Op: "unwatch", List: not null }:
                InOrder(() => SetList(null));
                break;
            case { Op: "send", Conversation: { } conversation }:
                Send(frame, conversation);
                break;
            case { Op: "typing", Conversation: { } conversation }:
                Typing(conversation, frame.On ?? true);
                break;
            case { Op: "viewing", Conversation: { } conversation }:
                InOrder(() => Viewing(conversation, frame.On ?? true));
                break;
            case { Op: "read", Conversation: { } conversation, Seq: { } seq }:
                Read(conversation, seq);
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
        else if ((Sending.Check(frame.ClientId, frame.Text, frame.Attachments) ?? Sending.CheckFormat(frame.Format)) is { } refusal)
            reply.Refuse(refusal);
        else if (frame.Mentions is { Count: > 0 } named)
            InBackground(() => SendNaming(frame, conversation, named, reply));
        else if (frame.Attachments is { Length: > 0 })
            SendFiles(frame, Said(frame), conversation, reply);
        else
            services.Log.Post(Sending.ByAgent(actor, conversation, Said(frame), reply, connection));
    }

    private static Outgoing Said(ClientFrame frame)
    {
        var (text, markdown) = Sending.Read(frame.Text ?? "", frame.Format);
        return new(frame.ClientId!, text, frame.Private ?? false, frame.ReplyTo) { Markdown = markdown };
    }

    private void SendFiles(ClientFrame frame, Outgoing said, Guid conversation, SocketReply reply) =>
        services.Files.Post(FileOwner.OfAgent(actor.Ws, actor.AgentId), frame.Attachments!, isPublic: !said.IsNote,
            sent => Sending.ByAgent(actor, conversation, said with { Files = sent }, reply, connection), reply);

    private async Task SendNaming(ClientFrame frame, Guid conversation, IReadOnlyList<Guid> named, SocketReply reply)
    {
        var (people, refusal) = await services.Mentions.Read(actor, named, frame.Private ?? false, _gone.Token);
        var said = Said(frame) with { IsNote = true, Mentions = people };
        if (refusal is not null)
            reply.Refuse(refusal);
        else if (frame.Attachments is { Length: > 0 })
            SendFiles(frame, said, conversation, reply);
        else
            services.Log.Post(Sending.ByAgent(actor, conversation, said, reply, connection));
    }

    private void Read(Guid conversation, long seq)
    {
        var reply = new SocketReply(connection, "read", clientId: null, forCustomer: false);
        if (actor.May(Permissions.Reply))
            services.Log.Post(Sending.Change(actor, conversation, head => head.MarkRead(SenderKind.Agent, seq, actor.AgentId), reply, permission: Permissions.ReadConversations));
        else
            reply.Refuse(Refusal.Forbidden());
    }

    /// <summary>Follows a conversation from what the console has. Watching again starts over from the new place.</summary>
    private async Task Watch(Guid conversation, long after)
    {
        await Unwatch(conversation);
        if (await services.Reader.Head(actor.Conversations(), conversation, _gone.Token) is not { } before)
        {
            Refuse("not_found", conversation);
            return;
        }
        after = Math.Min(after, before.Seq); // more than there is can only be a mistake, and must not silence what comes
        var one = new Subscription(connection, conversation, after, actor.Conversations(), actor.Rights.Fields) { Customer = new(before.ChannelId, before.Identity) };
        one.Hold();
        lock (_gate)
        {
            if (_gone.IsCancellationRequested)
                return;
            if (_watched.Count < MostWatched)
            {
                _watched.Add(conversation, one);
                services.Hub.Add(actor.Ws, conversation, one);
            }
            else
            {
                Refuse("too_many_watched", conversation, MostWatched);
                return;
            }
        }
        // The head is read again: what changed since the first look is in the log that is read next.
        var head = await services.Reader.Head(actor.Conversations(), conversation, _gone.Token);
        if (head is null || !await services.Catching.Up(one, head, after, Audience.Agents, _gone.Token))
        {
            await Unwatch(conversation);
            if (head is null)
                Refuse("not_found", conversation);
            return;
        }
        services.Hub.ShowCustomer(actor.Ws, new(head.ChannelId, head.Identity), conversation, connection);
    }

    private void Refuse(string code, Guid? conversation, params object[] args) =>
        connection.Send(Frames.Error(connection.Locale, code, new RefusedFrame("watch", ClientId: null, conversation), args));

    private Task Unwatch(Guid conversation)
    {
        lock (_gate)
        {
            if (_watched.Remove(conversation, out var one))
                services.Hub.Remove(actor.Ws, conversation, one);
        }
        return Task.CompletedTask;
    }

    private async Task WatchList(string view, string? cursor)
    {
        if (await services.Lists.Watch(actor, view, cursor, connection, _gone.Token) is { } watch)
            await SetList(watch);
        else
            Refuse("not_found", conversation: null);
    }

    private Task SetList(ListWatch? next)
    {
        ListWatch? before;
        lock (_gate)
            (before, _list) = (_list, next);
        if (before is not null)
            services.Lists.End(before);
        if (next is not null && _gone.IsCancellationRequested)
            services.Lists.End(next);
        return Task.CompletedTask;
    }

    private void Typing(Guid conversation, bool on)
    {
        if (!actor.May(Permissions.Reply) || !Guard.AdmitsTyping())
            return;
        bool watched;
        lock (_gate)
            watched = _watched.ContainsKey(conversation); // seen and allowed
        if (watched)
            InBackground(() => PassTyping(conversation, on));
    }

    /// <summary>"I have it before me": colleagues who have it open too are told. Nothing is kept; whoever hears it forgets it after a while.</summary>
    private Task Viewing(Guid conversation, bool on)
    {
        bool watched;
        lock (_gate)
            watched = _watched.ContainsKey(conversation); // seen and allowed
        if (watched && Guard.AdmitsTyping())
            services.Hub.ToAgents(actor.Ws, conversation, () => LiveFrames.Viewing(conversation, actor.AgentId, actor.Name, on), connection);
        return Task.CompletedTask;
    }

    private async Task PassTyping(Guid conversation, bool on)
    {
        if (await services.Reader.Head(actor.Conversations(), conversation, _gone.Token) is not { } head)
            return;
        services.Hub.ToAgents(actor.Ws, conversation, () => LiveFrames.Typing(conversation, SenderKind.Agent, actor.AgentId, actor.Name, on), connection);
        services.Hub.ToCustomer(actor.Ws, new(head.ChannelId, head.Identity), () => LiveFrames.Typing(conversation, SenderKind.Agent, null, actor.Name, on));
        services.Outside?.Typing(head, on);
    }

    /// <summary>What a console follows is changed in the order in which it asked: the last word counts.</summary>
    private void InOrder(Func<Task> work)
    {
        _watching = After(_watching);

        async Task After(Task before)
        {
            await before;
            await Guarded(work);
        }
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
            services.Logger.Fault(LogLevel.Error, trouble, "A frame of an agent failed");
            connection.Send(Frames.Error(connection.Locale, trouble is StorageUnavailableException ? "storage_unavailable" : "internal", op: null, clientId: null));
        }
    }

    public ValueTask<bool> MayStay()
    {
        var active = _active;
        _active = false;
        return services.Sessions.Stands(session, active, _gone.Token);
    }

    /// <summary>Whether the session stands with the rights it came in with. Says nothing of whether anybody is active.</summary>
    public ValueTask<bool> StandsAsBefore() => services.Sessions.Stands(session, active: false, _gone.Token);

    public void Closed()
    {
        _gone.Cancel();
        _ = SetList(null);
        lock (_gate)
        {
            foreach (var (conversation, one) in _watched)
                services.Hub.Remove(actor.Ws, conversation, one);
            _watched.Clear();
        }
        services.Presence.Left(this);
    }
}
