using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Bot.Thinking;

/// <summary>How the bot gives a conversation to people: an honest word about the wait, and what they need to know.</summary>
internal static class Leaving
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Thought ToPeople(Situation at, string reason, string path, string? detail = null)
    {
        var own = at.Profile.HandOver.In(at.Language);
        var opening = own.Length > 0 ? own : at.Text("bot_hand_over_" + reason);
        var memory = at.Memory with { Offers = [], Flow = null, Paused = [] };
        var given = new HandedOver(reason, Summary(at, reason, detail), Details(at.Memory));
        return new Thought([new BotUtterance(opening + Wait(at), new BotPart(BotSays.HandOver, "offline"))], memory, new BotEnding.ToPeople(given)) { Path = path };
    }

    private static string Wait(Situation at) => at.Staff switch
    {
        { Online: 0 } => at.Text("bot_wait_nobody"),
        { Waiting: 0 } => at.Text("bot_wait_none"),
        var staff => at.Text("bot_wait_some", staff.Waiting),
    };

    /// <summary>What a colleague reads first: what the customer wants, what was tried, what is known.</summary>
    private static string Summary(Situation at, string reason, string? detail)
    {
        var text = new StringBuilder();
        var asked = at.Memory.Tried.Where(tried => tried.Did != BotSays.SmallTalk).Select(tried => tried.Asked).ToList();
        if (at.Said.Length > 0 && reason is not HandOverReason.Asked)
            asked.Add(Words.Short(at.Said));
        if (asked.Count > 0)
            text.Append(at.Text("bot_summary_wants", string.Join(at.Language == "en" ? "; " : "；", asked.Distinct().TakeLast(3)))).Append('\n');
        var given = at.Memory.Tried.Where(tried => tried.Entry is not null).Select(tried => tried.Entry!).Distinct().ToList();
        if (given.Count > 0)
            text.Append(at.Text("bot_summary_given", string.Join(at.Language == "en" ? "; " : "、", given.TakeLast(3)))).Append('\n');
        if (at.Memory.Slots.Count > 0)
            text.Append(at.Text("bot_summary_known", string.Join(at.Language == "en" ? ", " : "，", at.Memory.Slots.Where(slot => IsShown(slot.Key)).Select(slot => $"{slot.Key} = {slot.Value}").Take(6)))).Append('\n');
        return text.Append(detail ?? at.Text("bot_summary_" + reason)).ToString();
    }

    private static string Details(BotMemory memory) => JsonSerializer.Serialize(new
    {
        slots = memory.Slots.Where(slot => IsShown(slot.Key)).Select(slot => new { name = slot.Key, value = slot.Value }),
        tried = memory.Tried.Select(tried => new { asked = tried.Asked, did = tried.Did, entry = tried.Entry }),
    }, Readable);

    /// <summary>What an action answered in full is not for a summary; what the customer said is.</summary>
    private static bool IsShown(string slot) => !slot.Contains('.', StringComparison.Ordinal);
}
