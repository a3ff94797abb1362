using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Platform.Files;

/// <summary>Keys of files. Each file has one of its own; it is stored sealed, and whoever destroys the key that seals it destroys the file.</summary>
internal sealed class FileKeys(IVault vault)
{
    private const string Purpose = "file key";

    /// <summary>Seals a file's key.</summary>
    public byte[] Seal(int ws, Guid file, ReadOnlySpan<byte> key) => vault.Seal(ws, Purpose, key, file);

    /// <exception cref="DamagedException">Not sealed here, or not for this file.</exception>
    public byte[] Open(int ws, Guid file, ReadOnlySpan<byte> sealedKey) => vault.Open(ws, Purpose, sealedKey, file);

    /// <summary>A name is sealed with the file's own key: it goes when the key goes.</summary>
    public static byte[] SealName(byte[] key, int ws, Guid file, string name)
    {
        var clear = Encoding.UTF8.GetBytes(name);
        var into = new byte[NonceLength + clear.Length + TagLength];
        RandomNumberGenerator.Fill(into.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(into.AsSpan(0, NonceLength), clear, into.AsSpan(NonceLength, clear.Length), into.AsSpan(NonceLength + clear.Length), About(ws, file));
        return into;
    }

    /// <exception cref="CryptographicException">Not this file's.</exception>
    public static string OpenName(byte[] key, int ws, Guid file, byte[] sealedName)
    {
        var clear = new byte[sealedName.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(sealedName.AsSpan(0, NonceLength), sealedName.AsSpan(NonceLength, clear.Length), sealedName.AsSpan(NonceLength + clear.Length), clear, About(ws, file));
        return Encoding.UTF8.GetString(clear);
    }

    /// <summary>A digest that says nothing to who does not have the workspace's key.</summary>
    public IncrementalHash Digest(int ws) => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, vault.Derive(ws, "file digest v1"));

    /// <summary>A customer as the owner of uploads: the same person gives the same tag, the tag does not give the person.</summary>
    public FileOwner OfCustomer(int ws, Guid channelId, string identity) => new(ws, FileOwner.Contact, vault.Tag(ws, "file owner", $"{channelId:N}/{identity}"));

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private static byte[] About(int ws, Guid file) => Encoding.UTF8.GetBytes($"file name|{ws}|{file:N}");
}
