using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Bot.Comparing;

/// <summary>One of the answers of an FAQ, or of the versions of a flow, that are compared.</summary>
/// <param name="Key">A, B, …: A is what is published.</param>
/// <param name="Share">Of a hundred customers.</param>
/// <param name="Zh">The answer in Chinese; null: as published.</param>
/// <param name="En">The answer in English; null: as published.</param>
/// <param name="Version">Of the flow; null: an answer is compared.</param>
internal sealed record Variant(string Key, int Share, string? Zh = null, string? En = null, int? Version = null)
{
    public string? In(string language) => language == "en" ? En : Zh;
}

/// <summary>Who gets which answer. Pure.</summary>
internal static class Variants
{
    public const int Least = 2;
    public const int Most = 4;

    public static string Json(IReadOnlyList<Variant> variants) => JsonSerializer.Serialize(variants, StrictJson.Options);

    public static IReadOnlyList<Variant> Of(string json) => JsonSerializer.Deserialize<IReadOnlyList<Variant>>(json, TolerantJson.Options)!;

    /// <summary>The variant of a person: always the same one in an experiment, and unrelated to the one in another.</summary>
    public static Variant For(IReadOnlyList<Variant> variants, Guid experiment, Guid contact)
    {
        Span<byte> ids = stackalloc byte[32];
        experiment.TryWriteBytes(ids);
        contact.TryWriteBytes(ids[16..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(ids, hash);
        var draw = (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % 100);
        foreach (var variant in variants)
        {
            draw -= variant.Share;
            if (draw < 0)
                return variant;
        }
        return variants[0];
    }
}
