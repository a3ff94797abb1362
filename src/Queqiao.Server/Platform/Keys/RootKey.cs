using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// The key everything else is derived from: 32 bytes in <c>DATA/root.key</c> (mode 0600, made at the first start) or, for
/// several nodes, base64 in <c>QUEQIAO_ROOT_KEY</c>. Never stored in the database, never in a backup of it.
/// </summary>
internal sealed class RootKey
{
    private readonly byte[] _key;

    public RootKey(StorageOptions storage)
    {
        _key = Environment.GetEnvironmentVariable("QUEQIAO_ROOT_KEY") is { Length: > 0 } given ? Parse(given) : FromFile(storage.DataFolder);
    }

    /// <summary>32 bytes for one purpose (HKDF-SHA256, RFC 5869): keys of different purposes say nothing about each other.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: Encoding.UTF8.GetBytes("queqiao " + purpose));

    private static byte[] Parse(string text)
    {
        var key = new byte[32];
        if (!Convert.TryFromBase64String(text, key, out var length) || length != 32)
            throw new InvalidOperationException("QUEQIAO_ROOT_KEY must be 32 bytes in base64 (openssl rand -base64 32).");
        return key;
    }

    private static byte[] FromFile(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "root.key");
        if (!File.Exists(file))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, options);
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
            stream.Flush(flushToDisk: true);
        }
        return Parse(File.ReadAllText(file).Trim());
    }
}
