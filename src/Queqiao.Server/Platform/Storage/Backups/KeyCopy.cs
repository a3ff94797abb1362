using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>One row of a key table; values are numbers, base64 of bytes, or text.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Values">By column; in JSON <c>null</c>, a number, <c>"b:…"</c> for bytes or <c>"t:…"</c> for text.</param>
internal sealed record KeyRow(string Table, IReadOnlyDictionary<string, JsonElement> Values);

/// <summary>
/// The keys of a backup: the rows of the key tables, as wrapped as they are in the store, and (only below a passphrase) the root keys
/// that unwrap them. Kept in another place than the data, and not as long: whose key is destroyed becomes unreadable in backups
/// when the last copy of the keys goes.
/// </summary>
internal sealed record KeyCopy(string Id, long MadeAt, IReadOnlyList<KeyRow> Rows, IReadOnlyList<string>? RootKeys)
{
    /// <summary>Tables that never lie with the data. In the order in which they are filled.</summary>
    public static readonly string[] Tables = ["workspace_key", "contact_key", "hook_key"];

    private const int Rounds = 600_000; // PBKDF2-HMAC-SHA512; OWASP asks for 210,000
    private static readonly byte[] Sealed = "QQKEYS1\n"u8.ToArray();
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Writes the file, readable by its owner only; below a passphrase with AES-256-GCM.</summary>
    public void Write(string file, string? passphrase)
    {
        var clear = JsonSerializer.SerializeToUtf8Bytes(this, Json);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        stream.Write(passphrase is null ? clear : Seal(clear, passphrase));
        stream.Flush(flushToDisk: true);
    }

    /// <exception cref="BackupRefusedException">The passphrase is missing or wrong, or it is no such file.</exception>
    public static KeyCopy Read(string file, string? passphrase)
    {
        var bytes = File.ReadAllBytes(file);
        var isSealed = bytes.AsSpan().StartsWith(Sealed);
        if (isSealed && passphrase is null)
            throw new BackupRefusedException("backup_passphrase_needed", file);
        try
        {
            return JsonSerializer.Deserialize<KeyCopy>(isSealed ? Open(bytes, passphrase!) : bytes, Json)!;
        }
        catch (JsonException)
        {
            throw new BackupRefusedException("backup_damaged", file);
        }
        catch (CryptographicException)
        {
            throw new BackupRefusedException("backup_passphrase_wrong", file);
        }
    }

    // magic (8) · rounds (4) · salt (16) · nonce (12) · tag (16) · bytes; magic, rounds and salt are bound
    private static byte[] Seal(byte[] clear, string passphrase)
    {
        var file = new byte[8 + 4 + 16 + 12 + 16 + clear.Length];
        Sealed.CopyTo(file, 0);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), Rounds);
        RandomNumberGenerator.Fill(file.AsSpan(12, 28));
        using var cipher = new AesGcm(KeyOf(passphrase, file.AsSpan(12, 16), Rounds), 16);
        cipher.Encrypt(file.AsSpan(28, 12), clear, file.AsSpan(56), file.AsSpan(40, 16), file.AsSpan(0, 28));
        return file;
    }

    private static byte[] Open(byte[] file, string passphrase)
    {
        if (file.Length < 56 || BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(8)) is not (> 0 and <= 10_000_000 and var rounds))
            throw new CryptographicException();
        var clear = new byte[file.Length - 56];
        using var cipher = new AesGcm(KeyOf(passphrase, file.AsSpan(12, 16), rounds), 16);
        cipher.Decrypt(file.AsSpan(28, 12), file.AsSpan(56), file.AsSpan(40, 16), clear, file.AsSpan(0, 28));
        return clear;
    }

    private static byte[] KeyOf(string passphrase, ReadOnlySpan<byte> salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, rounds, HashAlgorithmName.SHA512, 32);
}
