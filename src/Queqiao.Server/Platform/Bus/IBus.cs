namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// Words between the nodes of one store. They may be lost, and are never the truth: whoever sends one has written down what matters
/// before, and whoever waits for one also looks by itself now and then. Sealed on their way: a broker sees lengths and times only.
/// </summary>
internal interface IBus
{
    /// <summary>This process: another after each start.</summary>
    Guid Node { get; }

    /// <summary>Whether others may be listening. False: nobody needs to look for what they did.</summary>
    bool HasPeers { get; }

    /// <summary>Whether words arrive within milliseconds now; false: look more often.</summary>
    bool IsQuick { get; }

    /// <summary>Tells the other nodes. Never waits and never fails; a word too many is dropped, the oldest first.</summary>
    void Tell(string topic, ReadOnlyMemory<byte> what);

    /// <summary>What to do when another node tells something. Called in the order in which a node told, never at the same time twice; must be quick.</summary>
    void On(string topic, Action<Guid, ReadOnlyMemory<byte>> heard);

    /// <summary>Runs when words may have been missed (the connection was away): look for yourself.</summary>
    event Action? Restored;
}

/// <summary>What is told. The name decides who hears it; a node that does not know one ignores it.</summary>
internal static class BusTopics
{
    /// <summary>Slots of the log and how far they go now.</summary>
    public const string Log = "log";

    /// <summary>A node came or goes: look who is there.</summary>
    public const string Nodes = "nodes";

    /// <summary>Something that is kept in memory changed.</summary>
    public const string Caches = "caches";

    /// <summary>Passing words: typing.</summary>
    public const string Passing = "passing";

    /// <summary>A customer came or went, or somebody asks whether they are there.</summary>
    public const string Customers = "customers";

    /// <summary>An agent came, went or chose.</summary>
    public const string Presence = "presence";

    /// <summary>Sessions or tokens ended.</summary>
    public const string Ends = "ends";

    /// <summary>There is work for jobs.</summary>
    public const string Jobs = "jobs";

    /// <summary>What callers used of their limits.</summary>
    public const string Limits = "limits";
}

/// <summary>One node alone: SQLite, and tests.</summary>
internal sealed class NoBus : IBus
{
    public Guid Node { get; } = Guid.Empty;

    public bool HasPeers => false;

    public bool IsQuick => true;

    public void Tell(string topic, ReadOnlyMemory<byte> what)
    {
        // nobody else is there
    }

    public void On(string topic, Action<Guid, ReadOnlyMemory<byte>> heard)
    {
        // nothing will be heard
    }

    public event Action? Restored
    {
        add { }
        remove { }
    }
}
