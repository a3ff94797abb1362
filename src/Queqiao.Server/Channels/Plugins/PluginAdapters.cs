using System.Reflection;
using System.Runtime.Loader;
using Queqiao.Channels;

namespace Queqiao.Server.Channels.Plugins;

/// <summary>
/// Adapters that others have written: each assembly in the folder <c>plugins</c> (docs/adding-a-channel.md). They run with the
/// server's own rights, so only who may change the server's files can add one.
/// </summary>
internal static class PluginAdapters
{
    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "plugins");

    /// <summary>Every public adapter of every assembly. One that cannot be loaded is named, and the server does not start: a channel that is missing would lose messages.</summary>
    public static IReadOnlyList<IChannelAdapter> Load(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        var found = new List<IChannelAdapter>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal))
        {
            try
            {
                found.AddRange(AdaptersOf(new Context(Path.GetFullPath(file)).LoadFromAssemblyPath(Path.GetFullPath(file))));
            }
            catch (Exception trouble) when (trouble is BadImageFormatException or FileLoadException or FileNotFoundException or ReflectionTypeLoadException or MissingMethodException or TargetInvocationException)
            {
                throw new InvalidOperationException($"The plug-in {Path.GetFileName(file)} cannot be used: {trouble.Message}", trouble);
            }
        }
        return found;
    }

    private static IEnumerable<IChannelAdapter> AdaptersOf(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => type is { IsAbstract: false, IsClass: true } && typeof(IChannelAdapter).IsAssignableFrom(type))
        .Select(type => (IChannelAdapter)Activator.CreateInstance(type)!);

    /// <summary>What a plug-in brings along is its own; the library of channels, and the base library, are the server's.</summary>
    private sealed class Context(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private readonly AssemblyDependencyResolver _beside = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == typeof(IChannelAdapter).Assembly.GetName().Name ? null
            : _beside.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
    }
}
