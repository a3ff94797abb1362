using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>How a try ended. An exception counts as <see cref="TryLater"/>, with its kind as the reason.</summary>
internal abstract record JobOutcome
{
    /// <param name="Write">Written in the transaction that marks the job done: exactly once.</param>
    public sealed record Done(Func<WriteUnit, CancellationToken, Task>? Write = null) : JobOutcome;

    /// <param name="Reason">A code with a text in both languages.</param>
    /// <param name="After">Null: the kind's own waits.</param>
    /// <param name="Arg">A detail that is no personal data (<c>503</c>).</param>
    public sealed record TryLater(string Reason, TimeSpan? After = null, string? Arg = null) : JobOutcome
    {
        /// <summary>False: it only has to wait, nothing failed.</summary>
        public bool Counts { get; init; } = true;
    }

    /// <param name="Reason">A code with a text in both languages.</param>
    /// <param name="Arg">A detail that is no personal data.</param>
    public sealed record GiveUp(string Reason, string? Arg = null) : JobOutcome;
}

/// <summary>Where a job stands. Stored and on the wire.</summary>
internal static class JobState
{
    /// <summary>For its time, or for a free hand.</summary>
    public const string Waiting = "waiting";

    /// <summary>For the one before it in its lane.</summary>
    public const string Behind = "behind";
    public const string Running = "running";
    public const string Done = "done";

    /// <summary>Given up; an administrator replays or discards it.</summary>
    public const string Dead = "dead";
    public const string Discarded = "discarded";
    public const string Cancelled = "cancelled";

    public static readonly IReadOnlyList<string> All = [Waiting, Behind, Running, Done, Dead, Discarded, Cancelled];
}
