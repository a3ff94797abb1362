using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Platform.Files;

/// <summary>Keys of files. Each file has one of its own; it is stored sealed, and whoever destroys the key that seals it destroys the file.</summary>
internal sealed class FileKeys(RootKey root)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _owners = root.Derive("file owners v1");

    /// <summary>Seals a file's key.</summary>
    public byte[] Seal(int ws, Guid file, ReadOnlySpan<byte> key) => SealWith(WorkspaceKey(ws), About("file key", ws, file), key);

    /// <exception cref="CryptographicException">Not sealed here, or not for this file.</exception>
    public byte[] Open(int ws, Guid file, ReadOnlySpan<byte> sealedKey) => OpenWith(WorkspaceKey(ws), About("file key", ws, file), sealedKey);

    public static byte[] SealName(byte[] key, int ws, Guid file, string name) => SealWith(key, About("file name", ws, file), Encoding.UTF8.GetBytes(name));

    public static string OpenName(byte[] key, int ws, Guid file, byte[] sealedName) => Encoding.UTF8.GetString(OpenWith(key, About("file name", ws, file), sealedName));

    /// <summary>A digest that says nothing to who does not have the workspace's key.</summary>
    public IncrementalHash Digest(int ws) => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, root.Derive($"file digest {ws} v1"));

    /// <summary>A customer as the owner of uploads: the same person gives the same key, the key does not give the person.</summary>
    public FileOwner OfCustomer(int ws, Guid channelId, string identity)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_owners, Encoding.UTF8.GetBytes($"{ws}/{channelId:N}/{identity}"), hash);
        return new FileOwner(ws, FileOwner.Contact, new Guid(hash[..16]));
    }

    private byte[] WorkspaceKey(int ws) => root.Derive($"files of workspace {ws} v1");

    private static byte[] SealWith(byte[] key, byte[] about, ReadOnlySpan<byte> plain)
    {
        var into = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(into.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(into.AsSpan(0, NonceLength), plain, into.AsSpan(NonceLength, plain.Length), into.AsSpan(NonceLength + plain.Length), about);
        return into;
    }

    private static byte[] OpenWith(byte[] key, byte[] about, ReadOnlySpan<byte> from)
    {
        if (from.Length < NonceLength + TagLength)
            throw new CryptographicException("Too short to be sealed.");
        var plain = new byte[from.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(from[..NonceLength], from.Slice(NonceLength, plain.Length), from[(NonceLength + plain.Length)..], plain, about);
        return plain;
    }

    private static byte[] About(string what, int ws, Guid file) => Encoding.UTF8.GetBytes($"{what}|{ws}|{file:N}");
}
