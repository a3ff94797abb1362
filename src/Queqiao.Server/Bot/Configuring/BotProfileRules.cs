using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Bot.Configuring;

/// <summary>What a profile may hold.</summary>
internal static class BotProfileRules
{
    public const int MostName = 60;
    public const int MostText = 2000;
    public const int MostMenu = 12;
    public const int MostQuestion = 200;
    private const int MostPace = 5000;
    private const int MostClose = 60 * 24 * 7;

    public static IEnumerable<(string Field, FieldFault Fault)> Faults(BotProfile profile)
    {
        foreach (var (name, text) in new[] { ("welcome", profile.Welcome), ("refusal", profile.Refusal), ("handOver", profile.HandOver) })
        {
            if (text.Zh.Length > MostText || text.En.Length > MostText)
                yield return ("profile." + name, new("too_long", MostText));
        }
        if (profile.AnswerFrom is < 0 or > 1)
            yield return ("profile.answerFrom", new("out_of_range", 0, 1));
        if (profile.ClarifyFrom < 0 || profile.ClarifyFrom > profile.AnswerFrom)
            yield return ("profile.clarifyFrom", new("bot_clarify_above_answer"));
        if (profile.Patience is < 1 or > 5)
            yield return ("profile.patience", new("out_of_range", 1, 5));
        if (profile.PaceMs is < 0 or > MostPace)
            yield return ("profile.paceMs", new("out_of_range", 0, MostPace));
        if (profile.CloseAfterMinutes is < 0 or > MostClose)
            yield return ("profile.closeAfterMinutes", new("out_of_range", 0, MostClose));
        if (profile.Codes.SmsTemplate.Length > CodeSettings.MostTemplate)
            yield return ("profile.codes.smsTemplate", new("too_long", CodeSettings.MostTemplate));
        foreach (var fault in MenuFaults("profile.menu", profile.Menu).Concat(HoursFaults(profile.Hours)).Concat(ModelFaults(profile.Model)))
            yield return fault;
    }

    public static IEnumerable<(string, FieldFault)> MenuFaults(string field, IReadOnlyList<string>? menu)
    {
        if (menu?.Count > MostMenu)
            yield return (field, new("too_many", MostMenu));
        if (menu?.Any(string.IsNullOrWhiteSpace) == true)
            yield return (field, new("required"));
        if (menu?.Any(question => question.Length > MostQuestion) == true)
            yield return (field, new("too_long", MostQuestion));
    }

    private static IEnumerable<(string, FieldFault)> HoursFaults(BotHours hours)
    {
        if (!BotHours.Modes.Contains(hours.Mode))
            yield return ("profile.hours.mode", new("not_one_of", string.Join(", ", BotHours.Modes)));
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(hours.TimeZone, out _))
            yield return ("profile.hours.timeZone", new("time_zone_unknown"));
        if (hours.Week?.Count > 50 || hours.Week?.Any(day => day.Day is < 0 or > 6 || day.FromMinute < 0 || day.ToMinute > 24 * 60 || day.FromMinute >= day.ToMinute) == true)
            yield return ("profile.hours.week", new("bot_hours_wrong"));
    }

    private static IEnumerable<(string, FieldFault)> ModelFaults(ModelSettings model)
    {
        if (model.Enabled || model.BaseUrl.Length > 0)
        {
            if (!Uri.TryCreate(model.BaseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || model.BaseUrl.Length > 500 || address.UserInfo.Length > 0)
                yield return ("profile.model.baseUrl", new("invalid_url"));
            if (model.Name.Length is 0 or > 200)
                yield return ("profile.model.name", new("required"));
        }
        if (model.TimeoutSeconds is < 1 or > 8)
            yield return ("profile.model.timeoutSeconds", new("out_of_range", 1, 8));
        if (model.DailyTokens is < 0 or > 1_000_000_000)
            yield return ("profile.model.dailyTokens", new("out_of_range", 0, 1_000_000_000));
        if (model.MaxAnswerTokens is < 50 or > 4000)
            yield return ("profile.model.maxAnswerTokens", new("out_of_range", 50, 4000));
    }
}
