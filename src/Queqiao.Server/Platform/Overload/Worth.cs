namespace Queqiao.Server.Platform.Overload;

/// <summary>What work is worth when there is too much of it, least first: that is the order in which it is turned away.</summary>
internal enum Worth
{
    /// <summary>Reports, imports, exports, changes of many conversations: later is as good as now.</summary>
    Bulk,

    /// <summary>Somebody who has not said anything yet. They are told when to come again, and their message waits in their browser.</summary>
    NewChat,

    /// <summary>A connection that comes back: told to come a little later, so that those who are here are served.</summary>
    Arrival,

    /// <summary>Customers' messages in conversations that are open.</summary>
    Live,

    /// <summary>What agents do: they are few, and each of them serves many.</summary>
    Agent,
}
