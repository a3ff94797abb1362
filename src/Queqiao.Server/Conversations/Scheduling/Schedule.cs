using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Scheduling;

/// <summary>Messages that are to be sent later: their rows, and the jobs that send them.</summary>
internal sealed class Schedule(IStorageEngine storage, IContactVault people, JobQueue jobs, FileAttachments attachments, ConversationHub hub)
{
    /// <summary>In one conversation at once.</summary>
    public const int Most = 20;

    public static readonly TimeSpan Furthest = TimeSpan.FromDays(180);

    /// <summary>What waits, and what could not be sent.</summary>
    public async Task<IReadOnlyList<(ScheduledRow Row, ScheduledBody Body)>> Of(int ws, Guid conversation, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<ScheduledRow>.Workspace(ws))
            .Where(row => row.ConversationId == conversation && (row.State == ScheduledState.Waiting || row.State == ScheduledState.Failed || row.State == ScheduledState.Skipped))
            .OrderBy(row => row.SendAt).ThenBy(row => row.Id).ToListAsync(ct);
        return await Open(ws, rows, ct);
    }

    public async Task<(ScheduledRow Row, ScheduledBody Body)?> Find(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<ScheduledRow>.Workspace(ws)).Where(row => row.Id == id).ToListAsync(ct);
        return (await Open(ws, rows, ct)) is [var found] ? found : null;
    }

    private async Task<IReadOnlyList<(ScheduledRow, ScheduledBody)>> Open(int ws, List<ScheduledRow> rows, CancellationToken ct)
    {
        var ring = await people.LoadFor(ws, rows.Select(row => row.Body), ct);
        return [.. rows.Select(row => (row, ring.Text(PlaceOf(row.Id), row.Body, out _) is { } json ? JsonSerializer.Deserialize<ScheduledBody>(json, TolerantJson.Options)! : new ScheduledBody("")))];
    }

    /// <summary>Keeps a message for later. Its files belong to the conversation from now on, but not to the customer yet.</summary>
    public async Task<(Guid Id, Refusal? Refusal)> Add(Actor actor, ConversationHead head, ScheduledBody body, long at, long? unlessAfter, CancellationToken ct)
    {
        if (await Key(actor.Ws, head, ct) is not { } key)
            return (default, Refusal.NotFound()); // erased: nothing more is kept about this person
        var answer = await storage.Run<(Guid, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var waiting = await Rows(unit, head.Id).CountAsync(row => row.State == ScheduledState.Waiting, stop);
            if (waiting >= Most)
                return (default, Refusal.Conflict("too_many_scheduled", Most));
            if (body.Files is { Count: > 0 } files)
            {
                if ((await attachments.Take(unit, FileOwner.OfAgent(actor.Ws, actor.AgentId), files, stop)).Refusal is { } refusal)
                    return (default, Undone(unit, refusal));
                if (!await attachments.Sent(unit, actor.Ws, files, head.Id, head.ContactId, isPublic: false, stop))
                    return (default, Undone(unit, Refusal.Conflict("file_sent_elsewhere")));
            }
            var id = unit.Ids.New();
            var job = await jobs.Add(unit, JobOf(actor, id, at), stop);
            unit.Db.Add(new ScheduledRow
            {
                Ws = actor.Ws, Id = id, ConversationId = head.Id, AgentId = actor.AgentId, Body = Seal(key, id, body), SendAt = at, State = ScheduledState.Waiting,
                UnlessAfter = unlessAfter, JobId = job, CreatedAt = unit.Ids.Now(),
            });
            await unit.Db.SaveChangesAsync(stop);
            unit.AfterCommit(() => Tell(actor.Ws, head.Id));
            return (id, null);
        }, ct);
        return answer;
    }

    /// <summary>Other words or another time; what failed waits again. False: it is not there to be changed.</summary>
    public async Task<bool> Change(Actor actor, ConversationHead head, ScheduledRow row, ScheduledBody body, long at, CancellationToken ct)
    {
        if (await Key(actor.Ws, head, ct) is not { } key)
            return false;
        var sealedBody = Seal(key, row.Id, body);
        return await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var job = await jobs.Add(unit, JobOf(actor, row.Id, at), stop);
            var changed = await Rows(unit, head.Id).Where(one => one.Id == row.Id && one.JobId == row.JobId && (one.State == ScheduledState.Waiting || one.State == ScheduledState.Failed))
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.Body, sealedBody).SetProperty(one => one.SendAt, at).SetProperty(one => one.State, ScheduledState.Waiting)
                    .SetProperty(one => one.Reason, (string?)null).SetProperty(one => one.EndedAt, (long?)null).SetProperty(one => one.JobId, job), stop);
            if (changed == 0)
                unit.Abandon();
            else
                unit.AfterCommit(() => Tell(actor.Ws, head.Id));
            return changed > 0;
        }, ct);
    }

    /// <summary>Gives one up. False: it was sent or given up before.</summary>
    public Task<bool> Cancel(int ws, Guid conversation, Guid id, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var rows = Rows(unit, conversation).Where(row => row.Id == id && (row.State == ScheduledState.Waiting || row.State == ScheduledState.Failed || row.State == ScheduledState.Skipped));
        var changed = await End(rows, unit.Ids.Now(), ScheduledState.Cancelled, null, stop) > 0;
        if (changed)
            unit.AfterCommit(() => Tell(ws, conversation));
        return changed;
    }, ct);

    /// <summary>Writes down what became of one whose time had come.</summary>
    public async Task Ended(WriteUnit unit, ScheduledRow row, string state, string? reason, CancellationToken ct)
    {
        await End(Rows(unit, row.ConversationId).Where(one => one.Id == row.Id && one.JobId == row.JobId), unit.Ids.Now(), state, reason, ct);
        unit.AfterCommit(() => Tell(row.Ws, row.ConversationId));
    }

    private static Task<int> End(IQueryable<ScheduledRow> rows, long now, string state, string? reason, CancellationToken ct) =>
        rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, state).SetProperty(row => row.Reason, reason).SetProperty(row => row.EndedAt, now), ct);

    private static IQueryable<ScheduledRow> Rows(WriteUnit unit, Guid conversation) =>
        unit.Db.Visible(Scope<ScheduledRow>.Workspace(unit.Ws)).Where(row => row.ConversationId == conversation);

    private static NewJob JobOf(Actor actor, Guid id, long at) => NewJob.Of(actor.Ws, SendScheduled.Name, new SendScheduled.Payload(id)) with { RunAt = at, By = actor.AgentId };

    private async ValueTask<ContactKey?> Key(int ws, ConversationHead head, CancellationToken ct) => (await people.Load(ws, [head.ContactId], ct)).Of(head.ContactId);

    private static byte[] Seal(ContactKey key, Guid id, ScheduledBody body) => key.Seal(PlaceOf(id), JsonSerializer.SerializeToUtf8Bytes(body, StrictJson.Options));

    private static SealedPlace PlaceOf(Guid id) => new("scheduled.body", id);

    private static Refusal Undone(WriteUnit unit, Refusal refusal)
    {
        unit.Abandon();
        return refusal;
    }

    /// <summary>Open screens look again.</summary>
    private void Tell(int ws, Guid conversation) => hub.ToAgents(ws, conversation, () => LiveFrames.Scheduled(conversation));
}
