using System.Text.Json;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Identity.Approving;

/// <summary>A request as it came, to be sent through its endpoint later. Sealed where it is kept: it may name people.</summary>
/// <param name="Values">Of the route.</param>
/// <param name="Query">With its question mark; empty: none.</param>
/// <param name="Body">JSON; null: none.</param>
/// <param name="Language">Accept-Language.</param>
internal sealed record CapturedRequest(IReadOnlyDictionary<string, string> Values, string Query, string? Body, string? Language)
{
    private const string Purpose = "approval request";
    private const string WordsPurpose = "approval words";

    /// <summary>Larger requests are no deed that one person reads through for another.</summary>
    public const int MostBytes = 128 * 1024;

    public byte[] Seal(IVault vault, int ws, Guid id) => vault.Seal(ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options), id);

    public static CapturedRequest Open(IVault vault, int ws, Guid id, byte[] stored) => JsonSerializer.Deserialize<CapturedRequest>(vault.Open(ws, Purpose, stored, id), TolerantJson.Options)!;

    public static byte[] SealWords(IVault vault, int ws, Guid id, string text) => vault.Seal(ws, WordsPurpose, System.Text.Encoding.UTF8.GetBytes(text), id);

    public static string? Words(IVault vault, int ws, Guid id, byte[]? stored) => stored is null ? null : System.Text.Encoding.UTF8.GetString(vault.Open(ws, WordsPurpose, stored, id));
}
