using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Tests.Support;

/// <summary>What a test expects of an answer, in a word.</summary>
internal static class Outcomes
{
    public static LogOutcome.Stored Stored(this LogOutcome outcome) => Assert.IsType<LogOutcome.Stored>(outcome);

    public static Refusal Refused(this LogOutcome outcome) => Assert.IsType<LogOutcome.Refused>(outcome).Refusal;

    public static Guid ConversationOf(this LogOutcome outcome) => outcome.Stored().ConversationId;

    /// <summary>The same message in the sender's eyes. (<c>First</c> may differ: a repeated send appended nothing before its message.)</summary>
    public static bool SameAnswer(this LogOutcome one, LogOutcome other) => one.Stored() with { First = 0 } == other.Stored() with { First = 0 };
}
