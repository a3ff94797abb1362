using System.Collections.Concurrent;
using System.Text;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// Root keys that this machine keeps itself: in <c>DATA/root.key</c> (mode 0600, made at the first start) or, for several nodes or a
/// secret store, in <c>QUEQIAO_ROOT_KEY</c>. Base64, one a line or separated by commas; the first wraps, all of them unwrap.
/// Never in the database, never in a backup of it.
/// </summary>
internal sealed class LocalRootKeys(StorageOptions storage, string? given) : IRootKeys
{
    public const string Variable = "QUEQIAO_ROOT_KEY";

    private const string Purpose = "root wraps workspace keys v1";
    private static readonly byte[] Header = [0x10]; // AES-256-GCM; another algorithm gets another byte

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, DataKey> _wrapping = new();
    private IReadOnlyList<RootKey>? _known;

    public LocalRootKeys(StorageOptions storage) : this(storage, Environment.GetEnvironmentVariable(Variable))
    {
    }

    /// <summary>Whether the keys come from the environment: then nobody but the administrator can change them.</summary>
    public bool AreGiven => !string.IsNullOrWhiteSpace(given);

    /// <summary>The file that holds them when the environment does not.</summary>
    public string FileName => Path.Combine(storage.DataFolder, "root.key");

    /// <summary>Whether there is a key already: asking for one makes it.</summary>
    public bool Exist => AreGiven || File.Exists(FileName);

    public IReadOnlyList<RootKey> Known
    {
        get
        {
            lock (_gate)
                return _known ??= AreGiven ? Parse(given!, Variable) : FromFile();
        }
    }

    public string Current => Known[0].Id;

    public bool Has(string rootId) => Known.Any(key => key.Id == rootId);

    public byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context) => Wrapping(Current).Seal(Header, context, key);

    public byte[] Unwrap(string rootId, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context) =>
        wrapped.StartsWith(Header) && Wrapping(rootId).TryOpen(Header.Length, context, wrapped, out var key)
            ? key : throw new DamagedException("a workspace's key");

    /// <summary>Replaces what the file holds: first the one that wraps, then those that still unwrap.</summary>
    public void Keep(IReadOnlyList<RootKey> keys)
    {
        if (AreGiven)
            throw new InvalidOperationException($"{Variable} is the administrator's to change.");
        var fresh = FileName + ".new";
        File.Delete(fresh);
        Write(fresh, keys);
        File.Move(fresh, FileName, overwrite: true); // in one step: a reader finds the old keys or the new ones
        lock (_gate)
            _known = keys;
    }

    private DataKey Wrapping(string rootId) => _wrapping.GetOrAdd(rootId, id => new DataKey(
        Known.FirstOrDefault(key => key.Id == id)?.Derive(Purpose) ?? throw new InvalidOperationException($"The root key {id} is not known here.")));

    private static RootKey[] Parse(string text, string place) =>
        [.. text.Split([',', '\n', '\r', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(one => RootKey.Parse(one) ?? throw new StoreRefusedException($"{place} must hold 32 bytes in base64 (openssl rand -base64 32), or several such keys separated by commas, the newest first."))];

    private RootKey[] FromFile()
    {
        Directory.CreateDirectory(storage.DataFolder);
        if (!File.Exists(FileName))
            Write(FileName, [RootKey.New()]);
        var keys = Parse(File.ReadAllText(FileName), FileName);
        return keys.Length > 0 ? keys : throw new StoreRefusedException($"{FileName} is empty. Put back the key that the store was made with.");
    }

    private static void Write(string file, IReadOnlyList<RootKey> keys)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(string.Join('\n', keys.Select(key => key.Reveal()))));
        stream.Flush(flushToDisk: true);
    }
}
