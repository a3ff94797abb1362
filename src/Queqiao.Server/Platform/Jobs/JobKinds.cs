namespace Queqiao.Server.Platform.Jobs;

/// <summary>Every kind of job this server knows. Jobs of other kinds wait for a server that knows them.</summary>
internal sealed class JobKinds(IServiceProvider services)
{
    // At first use: handlers may add jobs themselves, and adding asks for the kinds.
    private readonly Lazy<IReadOnlyDictionary<string, IJobHandler>> _byName = new(() => Gather(services.GetServices<IJobHandler>()));

    /// <summary>What goes first comes first.</summary>
    public IReadOnlyList<IJobHandler> All => field ??= [.. _byName.Value.Values.OrderBy(handler => handler.Kind.Class).ThenBy(handler => handler.Kind.Name, StringComparer.Ordinal)];

    public bool Knows(string kind) => _byName.Value.ContainsKey(kind);

    public IJobHandler Of(string kind) => _byName.Value[kind];

    private static Dictionary<string, IJobHandler> Gather(IEnumerable<IJobHandler> handlers)
    {
        var byName = new Dictionary<string, IJobHandler>();
        foreach (var handler in handlers)
        {
            // The names stand in SQL texts.
            if (handler.Kind.Name.Length is 0 or > 60 || !handler.Kind.Name.All(c => char.IsAsciiLetterLower(c) || c is '.' or '_'))
                throw new InvalidOperationException($"'{handler.Kind.Name}' cannot name a kind of job: small letters, dots and underscores.");
            if (!byName.TryAdd(handler.Kind.Name, handler))
                throw new InvalidOperationException($"Two handlers of jobs call their kind '{handler.Kind.Name}'.");
        }
        return byName;
    }
}
