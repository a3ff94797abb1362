using Queqiao.Channels;

namespace Queqiao.Server.Channels.Kinds;

/// <summary>All kinds but <c>web</c>: those of the library, and those that other modules and plug-ins add.</summary>
internal sealed class KindRegistry
{
    private readonly Dictionary<string, IChannelKind> _kinds = new(StringComparer.Ordinal);

    public KindRegistry(IEnumerable<IChannelKind> own, IEnumerable<IChannelAdapter> added, AdapterServices services)
    {
        foreach (var adapter in ChannelCatalogue.All.Concat(added))
            Add(new AdapterKind(adapter, services));
        foreach (var kind in own)
            Add(kind);
    }

    public IReadOnlyCollection<IChannelKind> All => _kinds.Values;

    public IChannelKind? Find(string kind) => _kinds.GetValueOrDefault(kind);

    private void Add(IChannelKind kind)
    {
        if (kind.Descriptor.Kind == ChannelKinds.Web || !_kinds.TryAdd(kind.Descriptor.Kind, kind))
            throw new InvalidOperationException($"Two kinds of channel are called '{kind.Descriptor.Kind}'.");
    }
}
