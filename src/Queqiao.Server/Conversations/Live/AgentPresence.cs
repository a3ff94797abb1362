using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Conversations.Live;

/// <summary>
/// Which agents are on line on this node: those with a live console. A lease: the gateway cuts what has gone silent,
/// and with its last console an agent is off line. Closes the consoles of those who were signed out.
/// </summary>
internal sealed class AgentPresence : IAgentPresence, IDisposable
{
    private readonly Dictionary<(int Ws, Guid Agent), HashSet<AgentParty>> _online = [];
    private readonly Lock _gate = new();
    private readonly IActors _actors;
    private readonly IRights _rights;
    private readonly IBus? _bus;

    /// <param name="bus">With other nodes: who left this one may have a console there; their status says when they are gone.</param>
    public AgentPresence(IActors actors, IRights rights, IBus? bus = null)
    {
        (_actors, _rights, _bus) = (actors, rights, bus);
        _actors.SignedOut += OnSignedOut;
        _rights.Changed += OnRightsChanged;
    }

    public bool IsOnline(int ws, Guid agentId)
    {
        lock (_gate)
            return _online.ContainsKey((ws, agentId));
    }

    public void Entered(AgentParty party)
    {
        var key = (party.Actor.Ws, party.Actor.AgentId);
        lock (_gate)
        {
            if (_online.TryGetValue(key, out var consoles))
            {
                consoles.Add(party);
                return;
            }
            _online[key] = [party];
        }
        Announce(key, online: true);
    }

    public void Left(AgentParty party)
    {
        var key = (party.Actor.Ws, party.Actor.AgentId);
        lock (_gate)
        {
            if (!_online.TryGetValue(key, out var consoles))
                return;
            consoles.Remove(party);
            if (consoles.Count > 0)
                return;
            _online.Remove(key);
        }
        Announce(key, online: false);
    }

    public IReadOnlyCollection<(int Ws, Guid AgentId)> Connected
    {
        get
        {
            lock (_gate)
                return [.. _online.Keys];
        }
    }

    public event Action<int, Guid, bool>? Changed;

    public void Tell(int ws, ReadOnlyMemory<byte> frame)
    {
        foreach (var party in Parties(key => key.Ws == ws))
            party.Connection.Send(frame);
    }

    private void Announce((int Ws, Guid Agent) who, bool online)
    {
        if (online || _bus is not { HasPeers: true })
            Tell(who.Ws, LiveFrames.AgentPresence(who.Agent, online));
        Changed?.Invoke(who.Ws, who.Agent, online);
    }

    private void OnSignedOut(SignedOut who)
    {
        foreach (var party in Parties(key => key == (who.Ws, who.AgentId)))
        {
            if (who.TokenHash is null || who.TokenHash.AsSpan().SequenceEqual(party.Session.TokenHash))
                party.Connection.Close(Platform.Gateway.CloseReason.NotSignedIn);
        }
    }

    /// <summary>Roles or teams changed: consoles that may do something else now come in again. The others notice nothing.</summary>
    private void OnRightsChanged(int ws)
    {
        foreach (var party in Parties(key => key.Ws == ws))
            _ = CutWhenChanged(party);
    }

    private static async Task CutWhenChanged(AgentParty party)
    {
        try
        {
            if (!await party.StandsAsBefore())
                party.Connection.Close(Platform.Gateway.CloseReason.NotSignedIn);
        }
        catch (Exception)
        {
            // The store is away: the sweep asks again in seconds.
        }
    }

    private List<AgentParty> Parties(Func<(int Ws, Guid Agent), bool> of)
    {
        lock (_gate)
            return [.. _online.Where(pair => of(pair.Key)).SelectMany(pair => pair.Value)];
    }

    public void Dispose()
    {
        _actors.SignedOut -= OnSignedOut;
        _rights.Changed -= OnRightsChanged;
    }
}
