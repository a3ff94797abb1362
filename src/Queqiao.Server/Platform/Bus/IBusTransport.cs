namespace Queqiao.Server.Platform.Bus;

/// <summary>A way for words between nodes. Keeps its connection by itself and comes back when it was away.</summary>
internal interface IBusTransport
{
    /// <summary>One word: <c>rabbitmq</c>, <c>postgres</c>.</summary>
    string Name { get; }

    /// <summary>Whether words can be sent and are heard now.</summary>
    bool IsUp { get; }

    /// <summary>The longest word that it takes.</summary>
    int MostBytes { get; }

    /// <summary>Listens until it is told to stop.</summary>
    /// <param name="heard">A word, this node's own ones too.</param>
    /// <param name="restored">The connection is there (again): words may have been missed.</param>
    /// <param name="ct">Stop.</param>
    Task Listen(Action<ReadOnlyMemory<byte>> heard, Action restored, CancellationToken ct);

    /// <summary>False: it did not go out. True promises nothing.</summary>
    /// <param name="topic">For routing; says nothing about anybody.</param>
    /// <param name="word">Sealed.</param>
    /// <param name="ct">Give up.</param>
    ValueTask<bool> TrySend(string topic, ReadOnlyMemory<byte> word, CancellationToken ct);
}
