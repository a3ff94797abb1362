using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Naming;

/// <summary>
/// Tells a person's conversations what they are called now, wherever they are called otherwise: open lists show it, and so do old
/// conversations. It asks for the name itself, so the last of several changes wins.
/// </summary>
[NoPurposeGate("shows in conversations what the person is called: part of answering them")]
internal sealed class NameConversations(IStorageEngine storage, ConversationSeals seals, ConversationLog log, IContacts contacts, IAgents agents) : IJobHandler
{
    private const int AtOnce = 50;

    public JobKind Kind { get; } = new(ContactNamed.Kind) { Class = JobClass.Live, Concurrency = 2 };

    /// <param name="After">The last conversation that was looked at.</param>
    internal sealed record Progress(Guid After, int Done);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var contact = run.Payload<ContactNamed>().ContactId;
        var by = run.ByAgent is { } id && await agents.Find(run.Ws, id, ct) is { } agent ? new Sender(SenderKind.Agent, agent.Id, agent.Name) : Sender.System;
        var at = run.Resume<Progress>() ?? new Progress(default, 0);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (await contacts.PersonOf(run.Ws, contact, ct) is not { } person)
                return new JobOutcome.Done();
            var page = await Next(run.Ws, person, at.After, ct);
            if (page.Count == 0)
                return new JobOutcome.Done();
            var next = new Progress(page[^1].Id, at.Done + page.Count);
            await storage.Run(run.Ws, async (unit, stop) =>
            {
                await log.AppendIn(unit, [.. page.Where(head => head.ContactName != person.Name).Select(head => new LogCommand
                {
                    Ws = run.Ws, ConversationId = head.Id, By = by, Reply = NobodyWaits.Instance, Decide = now => now.Name(person.Name),
                })], stop);
                await run.SaveIn(unit, next, new JobProgress(next.Done, null, "naming_working"), stop);
                return 0;
            }, ct);
            at = next;
        }
    }

    private async Task<List<ConversationHead>> Next(int ws, KnownAs person, Guid after, CancellationToken ct)
    {
        var parts = person.Contacts.ToArray();
        await using var db = storage.Read(ws);
        return await seals.Heads(db.Visible(Scope<ConversationHead>.Workspace(ws))
            .Where(head => parts.Contains(head.ContactId) && head.ErasedAt == null && head.Id.CompareTo(after) > 0).OrderBy(head => head.Id).Take(AtOnce), ct);
    }

    /// <summary>What was written is all there is to say.</summary>
    private sealed class NobodyWaits : ILogReply
    {
        public static readonly NobodyWaits Instance = new();

        public void Done(LogOutcome outcome)
        {
        }

        public void Failed(Exception error)
        {
        }
    }
}
