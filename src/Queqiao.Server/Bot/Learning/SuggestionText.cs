using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Bot.Learning;

/// <summary>What a suggestion says: sealed as it is stored, and without what identifies a person.</summary>
/// <param name="Name">What the heap is called: its words that say most.</param>
/// <param name="Question">The one in the middle.</param>
/// <param name="Answer">Out of what colleagues replied; null: nobody has.</param>
/// <param name="Examples">Other ways in which it was asked.</param>
internal sealed record SuggestionText(string Name, string Question, string? Answer, IReadOnlyList<string> Examples, string Language)
{
    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options);

    public static SuggestionText Of(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<SuggestionText>(bytes, TolerantJson.Options)!;
}
