using System.Globalization;
using System.Text.RegularExpressions;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Bot.Flows;

/// <summary>Reads out of somebody's words what a slot waits for.</summary>
internal static partial class SlotReader
{
    private const int MostText = 500;
    private static readonly EntityReader Entities = new();

    /// <summary>The value; null: it is not in there.</summary>
    public static string? Read(string type, string said, DateTimeOffset now) => type switch
    {
        SlotType.Order => OrderNumbers.In(said) is [var number, ..] ? number : null,
        SlotType.Number => Number().Match(said.Normalize(System.Text.NormalizationForm.FormKC)) is { Success: true } found ? found.Value : Amounts.Chinese(said.Trim())?.ToString(CultureInfo.InvariantCulture),
        SlotType.Phone => Entity(said, now, EntityKind.Phone),
        SlotType.Email => Entity(said, now, EntityKind.Email),
        SlotType.Date => Entity(said, now, EntityKind.Time),
        SlotType.Money => Entity(said, now, EntityKind.Money),
        SlotType.Yes => Chat.Of(said) switch { ChatKind.Yes or ChatKind.Fine => "yes", ChatKind.No or ChatKind.Cancel => "no", _ => null },
        _ => said.Trim() is { Length: > 0 } text ? Words.Short(text, MostText) : null,
    };

    private static string? Entity(string said, DateTimeOffset now, EntityKind kind) => Entities.Read(said, now).FirstOrDefault(entity => entity.Kind == kind)?.Value;

    [GeneratedRegex(@"-?\d+(\.\d+)?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
