namespace Queqiao.Server.Tests.Support;

/// <summary>Waits for a condition, not for a time.</summary>
internal static class Until
{
    public static async Task True(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        var deadline = Environment.TickCount64 + seconds * 1000L;
        while (!await condition())
        {
            if (Environment.TickCount64 > deadline)
                throw new TimeoutException($"Waited {seconds} s in vain until {what}.");
            await Task.Delay(20);
        }
    }

    public static Task True(Func<bool> condition, string what, int seconds = 30) => True(() => Task.FromResult(condition()), what, seconds);
}
