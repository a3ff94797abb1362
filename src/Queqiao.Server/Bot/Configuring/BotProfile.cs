using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Bot.Configuring;

/// <summary>How a bot speaks and when: what administrators set. A member that is not given has its default; a text that is empty is the server's own.</summary>
internal sealed record BotProfile
{
    public static readonly BotProfile Default = new();

    /// <summary>Said before anybody asked.</summary>
    public LocalText Welcome { get; init; } = new();

    /// <summary>Said when nothing here answers.</summary>
    public LocalText Refusal { get; init; } = new();

    /// <summary>Said when a person takes over.</summary>
    public LocalText HandOver { get; init; } = new();

    /// <summary>From this certainty on it answers (0 to 1).</summary>
    public double AnswerFrom { get; init; } = 0.5;

    /// <summary>From this certainty on it asks which of two or three is meant.</summary>
    public double ClarifyFrom { get; init; } = 0.2;

    /// <summary>Failures in a row after which a person takes over.</summary>
    public int Patience { get; init; } = 2;

    /// <summary>Whether it answers greetings and thanks by itself.</summary>
    public bool SmallTalk { get; init; } = true;

    /// <summary>Questions that are offered with the welcome.</summary>
    public IReadOnlyList<string> Menu { get; init; } = [];

    /// <summary>Whether what is asked often is offered as well.</summary>
    public bool GuessQuestions { get; init; } = true;

    /// <summary>How long it lets the customer see that it writes, at most, in milliseconds.</summary>
    public int PaceMs { get; init; }

    /// <summary>Minutes without a word after which it resolves what it holds; 0: never.</summary>
    public int CloseAfterMinutes { get; init; } = 30;

    public BotHours Hours { get; init; } = new();

    public ModelSettings Model { get; init; } = new();

    /// <summary>How the step <c>verify</c> of flows proves who somebody is.</summary>
    public CodeSettings Codes { get; init; } = new();

    /// <summary>Whether similar questions may be published without a person, behind the gate.</summary>
    public bool AutoPublishSimilar { get; init; }

    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    public static BotProfile Of(string json) => JsonSerializer.Deserialize<BotProfile>(json, TolerantJson.Options)!;
}

/// <summary>A text in the languages that the bot speaks.</summary>
internal sealed record LocalText(string Zh = "", string En = "")
{
    public string In(string language) => language == "en" ? (En.Length > 0 ? En : "") : (Zh.Length > 0 ? Zh : "");
}

/// <summary>When the bot receives customers.</summary>
/// <param name="Mode"><c>always</c>, <c>inside</c> the hours or <c>outside</c> of them.</param>
/// <param name="TimeZone">An IANA name.</param>
internal sealed record BotHours(string Mode = "always", string TimeZone = "Asia/Shanghai", IReadOnlyList<HoursOfDay>? Week = null)
{
    public static readonly IReadOnlyList<string> Modes = ["always", "inside", "outside"];

    public bool Receives(DateTimeOffset now)
    {
        if (Mode == "always" || !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone))
            return true;
        var here = TimeZoneInfo.ConvertTime(now, zone);
        var minute = (here.Hour * 60) + here.Minute;
        var inside = (Week ?? []).Any(day => day.Day == (int)here.DayOfWeek && minute >= day.FromMinute && minute < day.ToMinute);
        return inside == (Mode == "inside");
    }
}

/// <param name="Day">0: Sunday.</param>
/// <param name="FromMinute">Of the day.</param>
internal sealed record HoursOfDay(int Day, int FromMinute, int ToMinute);

/// <summary>A model that makes answers better when it is there. The key is kept apart, sealed.</summary>
/// <param name="BaseUrl">Where <c>/chat/completions</c> is, with the version: <c>https://api.deepseek.com/v1</c>.</param>
/// <param name="DailyTokens">Used up: the offline brain answers until midnight (UTC).</param>
internal sealed record ModelSettings(bool Enabled = false, string BaseUrl = "", string Name = "", int TimeoutSeconds = 8, int DailyTokens = 500_000, int MaxAnswerTokens = 500);
