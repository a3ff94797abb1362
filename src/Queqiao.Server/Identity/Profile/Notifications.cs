using System.Globalization;
using System.Text.Json;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Profile;

/// <summary>When somebody wants to be called, and how. Kept with the account: it is the same in every browser.</summary>
/// <param name="Assigned">A conversation was given to me.</param>
/// <param name="Message">A customer wrote in one of mine.</param>
/// <param name="Mention">A colleague named me.</param>
/// <param name="Waiting">Somebody new waits for anybody.</param>
/// <param name="Tone"><c>chime</c>, <c>drop</c> or <c>bell</c>.</param>
/// <param name="Volume">0 to 100.</param>
/// <param name="Quiet">Hours without a sound or a desktop notification; null: none.</param>
internal sealed record Notifications(Call Assigned, Call Message, Call Mention, Call Waiting, string Tone, int Volume, QuietHours? Quiet)
{
    public static readonly Notifications Usual = new(new(true, true), new(true, true), new(true, true), new(true, false), "chime", 70, null);

    private static readonly string[] Tones = ["chime", "drop", "bell"];

    public static Notifications Read(string? stored) => stored is null ? Usual : JsonSerializer.Deserialize<Notifications>(stored, StrictJson.Options)!;

    public string Text() => JsonSerializer.Serialize(this, StrictJson.Options);

    public IEnumerable<(string Field, FieldFault Fault)> Check()
    {
        if (!Tones.Contains(Tone))
            yield return ("notifications.tone", new("not_one_of", string.Join(", ", Tones)));
        if (Volume is < 0 or > 100)
            yield return ("notifications.volume", new("out_of_range", 0, 100));
        if (Quiet is { } quiet && !(IsTime(quiet.From) && IsTime(quiet.To)))
            yield return ("notifications.quiet", new("invalid_clock"));
    }

    private static bool IsTime(string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}

/// <summary>How an event calls.</summary>
internal sealed record Call(bool Sound, bool Desktop);

/// <summary>From one clock time to another, over midnight when the second is earlier; in the agent's time zone.</summary>
internal sealed record QuietHours(string From, string To);
