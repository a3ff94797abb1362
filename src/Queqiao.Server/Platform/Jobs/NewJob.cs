using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>A job to be written.</summary>
/// <param name="Ws">Its workspace; 0: the server's own.</param>
/// <param name="Kind">The name of a registered kind.</param>
/// <param name="Payload">JSON: ids, or ciphertext; never text in clear.</param>
internal sealed record NewJob(int Ws, string Kind, byte[] Payload)
{
    public static NewJob Of<T>(int ws, string kind, T payload) => new(ws, kind, JobJson.Write(payload));

    /// <summary>Jobs of a lane run one after the other, in the order in which they were added; null: whenever.</summary>
    public string? Lane { get; init; }

    /// <summary>Not before, in Unix milliseconds; null: now.</summary>
    public long? RunAt { get; init; }

    /// <summary>The agent who wants it.</summary>
    public Guid? By { get; init; }
}

internal static class JobJson
{
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, StrictJson.Options);

    public static T Read<T>(byte[] stored) => JsonSerializer.Deserialize<T>(stored, TolerantJson.Options) ?? throw new InvalidOperationException("A job's payload is null.");
}
