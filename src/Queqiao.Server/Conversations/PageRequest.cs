using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>A page of a log as it is asked for over HTTP, by agents and customers alike: after a seq, before one, or the newest.</summary>
internal sealed record PageRequest(long? After, long? Before, int? Limit)
{
    private const int Most = 200;

    /// <summary>Items of the page.</summary>
    public int Items => Limit ?? 50;

    /// <summary>Null when it can be meant.</summary>
    public Refusal? Check()
    {
        if (After is < 0)
            return Refusal.Invalid("after", "out_of_range", 0, long.MaxValue);
        if (Before is < 0)
            return Refusal.Invalid("before", "out_of_range", 0, long.MaxValue);
        if (After is not null && Before is not null)
            return Refusal.Invalid("before", "validation");
        return Limit is < 1 or > Most ? Refusal.Invalid("limit", "out_of_range", 1, Most) : null;
    }
}
