namespace Queqiao.Server.Bot.Thinking;

/// <summary>
/// Two programs that answer each other would never end. Whoever is answered more often than people write is given to people. Pure.
/// </summary>
internal static class Loop
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    /// <summary>Nobody types faster.</summary>
    private const int Most = 60;

    /// <summary>Mails are thought about.</summary>
    private const int MostByMail = 5;

    /// <summary>The memory with this turn counted.</summary>
    public static BotMemory Count(BotMemory memory, long now) =>
        now - memory.TurnsSince > Window.TotalMilliseconds ? memory with { TurnsSince = now, Turns = 1 } : memory with { Turns = memory.Turns + 1 };

    public static bool Is(BotMemory counted, bool byMail) => counted.Turns > (byMail ? MostByMail : Most);
}
