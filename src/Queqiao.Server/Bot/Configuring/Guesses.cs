using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Configuring;

/// <summary>
/// What is asked most (猜你想问): the standard questions that bots answered most often in 30 days. As of some minutes ago, and at once: who
/// asks gets what is known, and what is old is counted again meanwhile.
/// </summary>
internal sealed class Guesses(IStorageEngine storage, Brains brains, TimeProvider clock, ILogger<Guesses> log)
{
    private const int Most = 6;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Back = TimeSpan.FromDays(30);
    private readonly ConcurrentDictionary<int, Known> _known = new();

    /// <param name="Keys">Of entries, what was asked most first.</param>
    private sealed record Known(DateTimeOffset At, IReadOnlyList<string> Keys);

    /// <param name="language"><c>zh</c> or <c>en</c>.</param>
    public IReadOnlyList<string> Of(int ws, string language)
    {
        var now = clock.GetUtcNow();
        var known = _known.GetValueOrDefault(ws);
        if ((known is null || now - known.At > Fresh) && _known.TryAddOrRenew(ws, known, new Known(now, known?.Keys ?? [])))
            _ = Task.Run(() => Count(ws, now));
        if (known is null || brains.Known(ws) is not { } brain)
            return [];
        // What was withdrawn, is for colleagues now or no longer holds is not offered, however lately it was counted.
        return [.. known.Keys.Select(brain.Entry).OfType<BotEntry>().Where(entry => entry.Language == language && entry.On(null) is not null && entry.HoldsAt(now.ToUnixTimeMilliseconds())).Select(entry => entry.Title).Take(Most)];
    }

    internal async Task Count(int ws, DateTimeOffset now)
    {
        try
        {
            var since = (now - Back).ToUnixTimeMilliseconds();
            await using var db = storage.Read(ws);
            var asked = await db.Table<BotTurnRow>().AsNoTracking().Where(row => row.Ws == ws && row.At >= since && row.Kind == BotSays.Answer && row.Entry != null)
                .GroupBy(row => row.Entry!).Select(group => new { group.Key, Count = group.Count() }).OrderByDescending(one => one.Count).ThenBy(one => one.Key).Take(Most * 4).ToListAsync();
            await brains.Of(ws);
            _known[ws] = new Known(now, [.. asked.Select(one => one.Key)]);
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Warning, trouble, "What is asked most could not be counted"); // next time
        }
    }
}

internal static class GuessRules
{
    private const int MostOffered = 6;

    /// <summary>The firm's own questions first, then what is asked most.</summary>
    public static IReadOnlyList<string> With(IReadOnlyList<string> menu, IReadOnlyList<string> guesses) => [.. menu.Concat(guesses).Distinct(StringComparer.Ordinal).Take(MostOffered)];

    /// <summary>What of a menu is said in a language (<c>zh</c> or <c>en</c>); everything where nothing is.</summary>
    public static IReadOnlyList<string> In(IReadOnlyList<string> menu, string language)
    {
        List<string> spoken = [.. menu.Where(question => question.Any(letter => letter is >= '\u4E00' and <= '\u9FFF') == (language != "en"))];
        return spoken.Count > 0 ? spoken : menu;
    }

    /// <summary>Replaces what was read a moment ago; false: somebody else did.</summary>
    public static bool TryAddOrRenew<T>(this ConcurrentDictionary<int, T> all, int key, T? before, T next)
        where T : class => before is null ? all.TryAdd(key, next) : all.TryUpdate(key, next, before);
}

/// <summary>What conversations ask about bots.</summary>
internal sealed class BotDesk(BotBoard board, Guesses guesses) : IBotDesk
{
    public bool Receives(int ws, Guid channelId) => board.Receives(ws, channelId);

    public BotGreeting? Greeting(int ws, Guid channelId, string language) => board.Greeting(ws, channelId, language) is not { } greeting ? null
        : board.Of(ws, channelId)?.Profile.GuessQuestions == true ? greeting with
        {
            Menu = GuessRules.With(greeting.Menu, guesses.Of(ws, language)),
            Choices = GuessRules.With(greeting.Choices, guesses.Of(ws, language)),
        } : greeting;
}
