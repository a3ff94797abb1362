using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>A frame from a client (docs/gateway.md). One shape for all ops: a member that an op does not use is ignored.</summary>
internal sealed record ClientFrame
{
    public string? Op { get; init; }
    public string? Token { get; init; }
    public string? Locale { get; init; }
    public Dictionary<string, long>? Resume { get; init; }
    public Guid? Conversation { get; init; }
    public string? List { get; init; }
    public string? Cursor { get; init; }
    public long? After { get; init; }
    public string? ClientId { get; init; }
    public string? Text { get; init; }
    public string? Format { get; init; }
    public Guid[]? Attachments { get; init; }
    public bool? Private { get; init; }
    public long? ReplyTo { get; init; }
    public IReadOnlyList<Guid>? Mentions { get; init; }
    public bool? On { get; init; }
    public long? Seq { get; init; }

    /// <exception cref="JsonException">Not the JSON of a frame.</exception>
    public static ClientFrame Parse(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize<ClientFrame>(utf8, TolerantJson.Options) ?? throw new JsonException("A frame is an object.");
}
