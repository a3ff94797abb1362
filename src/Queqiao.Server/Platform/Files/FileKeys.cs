using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>Keys of files. Each file has one of its own; it is stored sealed, and whoever destroys the key that seals it destroys the file.</summary>
internal sealed class FileKeys(IVault vault, IContactVault people)
{
    private const string Purpose = "file key";

    /// <summary>Seals the key of a file that is nobody's yet: under the workspace's key.</summary>
    public byte[] Seal(int ws, Guid file, ReadOnlySpan<byte> key) => vault.Seal(ws, Purpose, key, file);

    /// <summary>The key of a file that was sent to or by somebody, sealed anew under that person's key; null when they were erased.</summary>
    public async ValueTask<byte[]?> SealFor(WriteUnit unit, StoredFile file, Guid contact, CancellationToken ct)
    {
        if (file.SealedKey is not { } now || ContactKey.OwnerOf(now) is not null)
            return file.SealedKey; // stays under the key that it has: whose it was is not changed by a merge
        return (await people.Load(unit, file.Ws, [contact], ct)).Of(contact)?.Seal(PlaceOf(file.Id), vault.Open(file.Ws, Purpose, now, file.Id));
    }

    /// <summary>The keys of files of one workspace; what is missing in the answer was erased.</summary>
    /// <exception cref="DamagedException">Changed, or of another file.</exception>
    public async ValueTask<IReadOnlyDictionary<Guid, byte[]>> Open(int ws, IReadOnlyCollection<StoredFile> files, CancellationToken ct)
    {
        var ring = await people.LoadFor(ws, files.Select(file => file.SealedKey), ct);
        var keys = new Dictionary<Guid, byte[]>(files.Count);
        foreach (var file in files)
        {
            if (file.SealedKey is not { } sealedKey)
                continue;
            if (ContactKey.OwnerOf(sealedKey) is null)
                keys[file.Id] = vault.Open(ws, Purpose, sealedKey, file.Id);
            else if (ring.Open(PlaceOf(file.Id), sealedKey, out var key) is var why && why == Unreadable.No)
                keys[file.Id] = key;
            else if (why == Unreadable.Damaged)
                throw new DamagedException("the key of a file");
        }
        return keys;
    }

    private static SealedPlace PlaceOf(Guid file) => new("file.key", file);

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
