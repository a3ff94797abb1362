using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>One conversation of a chunk, and what is to happen to it.</summary>
/// <param name="Scope">Null: whoever wants it made the last change themselves.</param>
internal sealed record BulkStep(Guid ConversationId, Scope<ConversationHead>? Scope, Func<ConversationHead, Decision> Decide, Scope<ConversationHead>? Handling = null);

/// <summary>What became of it.</summary>
/// <param name="Before">The head that was changed.</param>
internal sealed record BulkResult(Guid ConversationId, ConversationHead? Before, LogOutcome Outcome)
{
    /// <summary>The last entry of the change; null when there was nothing to do, or it was refused.</summary>
    public long? Changed => Outcome is LogOutcome.Stored stored && stored.Seq >= stored.First ? stored.Seq : null;
}

/// <summary>Writes a chunk of a bulk change: the entries, what is kept about them, and how far the job came, in one transaction.</summary>
internal sealed class BulkWriter(IStorageEngine storage, ConversationLog log)
{
    public async Task Write(Actor actor, IReadOnlyList<BulkStep> steps, Func<WriteUnit, IReadOnlyList<BulkResult>, CancellationToken, Task> keep, CancellationToken ct)
    {
        try
        {
            await Together(actor, steps, keep, ct);
        }
        catch (Exception trouble) when (ConversationLog.IsOpenElsewhere(trouble))
        {
            // The index has the last word: one of them cannot be reopened. One by one, to see which.
            foreach (var step in steps)
                await Alone(actor, step, keep, ct);
        }
    }

    private async Task Alone(Actor actor, BulkStep step, Func<WriteUnit, IReadOnlyList<BulkResult>, CancellationToken, Task> keep, CancellationToken ct)
    {
        try
        {
            await Together(actor, [step], keep, ct);
        }
        catch (Exception trouble) when (ConversationLog.IsOpenElsewhere(trouble))
        {
            await Together(actor, [step with { Decide = _ => Platform.Problems.Refusal.Conflict("conversation_open_elsewhere") }], keep, ct);
        }
    }

    private Task<int> Together(Actor actor, IReadOnlyList<BulkStep> steps, Func<WriteUnit, IReadOnlyList<BulkResult>, CancellationToken, Task> keep, CancellationToken ct) =>
        storage.Run(actor.Ws, async (unit, stop) =>
        {
            var before = new Dictionary<Guid, ConversationHead>();
            var outcomes = await log.AppendIn(unit, [.. steps.Select(step => new LogCommand
            {
                Ws = actor.Ws, ConversationId = step.ConversationId, Scope = step.Scope, Handling = step.Handling, By = new Sender(SenderKind.Agent, actor.AgentId, actor.Name), Reply = Nobody.Instance,
                Decide = head => step.Decide(before[head.Id] = head),
            })], stop);
            await keep(unit, [.. steps.Zip(outcomes, (step, outcome) => new BulkResult(step.ConversationId, before.GetValueOrDefault(step.ConversationId), outcome))], stop);
            return 0;
        }, ct);

    /// <summary>The outcomes are taken from the call.</summary>
    private sealed class Nobody : ILogReply
    {
        public static readonly Nobody Instance = new();

        public void Done(LogOutcome outcome)
        {
        }

        public void Failed(Exception error)
        {
        }
    }
}
