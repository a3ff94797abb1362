using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>Writes down how far deliveries came: the row, and what conversations hear of it, in one transaction.</summary>
internal sealed class DeliveryBook(IStorageEngine storage, IOutgoingMessages messages, ExternalIds external, Ids ids)
{
    private const int MostReason = 500;

    public async Task<Delivery?> Find(int ws, Guid conversation, long seq, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await Row(db, ws, conversation, seq).SingleOrDefaultAsync(ct);
    }

    /// <summary>A request is about to leave.</summary>
    public async Task Trying(Delivery delivery)
    {
        await Change(delivery, set => set.SetProperty(row => row.Trying, true));
        delivery.Trying = true;
    }

    /// <summary>A request succeeded; with the last one the message is sent.</summary>
    public async Task Sent(Delivery delivery, OutgoingMessage message, string? externalId, bool isLast)
    {
        var (done, now) = (delivery.Done + 1, ids.Now());
        await storage.Run(delivery.Ws, async (unit, stop) =>
        {
            await Row(unit.Db, delivery).ExecuteUpdateAsync(set => set.SetProperty(row => row.Done, done).SetProperty(row => row.Trying, false).SetProperty(row => row.ChangedAt, now)
                .SetProperty(row => row.State, row => isLast && row.State == DeliveryStates.Pending ? DeliveryStates.Sent : row.State).SetProperty(row => row.RevisedSeq, message.RevisedSeq)
                .SetProperty(row => row.Code, (string?)null).SetProperty(row => row.ReasonZh, (string?)null).SetProperty(row => row.ReasonEn, (string?)null), stop);
            if (!string.IsNullOrEmpty(externalId))
            {
                await messages.Name(unit, message.Who, externalId, message.ConversationId, message.Seq, stop);
                await ExternalIds.Add(unit, delivery, message, externalId, stop);
            }
            if (isLast)
                await messages.Note(unit, delivery.ConversationId, [new DeliveryNews(delivery.Seq, DeliveryStates.Sent)], stop);
            return 0;
        }, CancellationToken.None);
        (delivery.Done, delivery.Trying) = (done, false);
    }

    /// <summary>What the provider calls the message's parts, in their order.</summary>
    public Task<IReadOnlyList<string>> External(Delivery delivery, CancellationToken ct) => external.Read(delivery, ct);

    /// <summary>A part was taken back at the provider.</summary>
    public Task Forget(Delivery delivery, Guid contact, string id) => storage.Run(delivery.Ws, (unit, stop) => ExternalIds.Remove(unit, delivery, contact, id, stop), CancellationToken.None);

    /// <summary>The provider's message is as ours now.</summary>
    public Task Revised(Delivery delivery, long seq) => Change(delivery, set => set.SetProperty(row => row.RevisedSeq, seq));

    /// <summary>The provider still shows the old message: that is said.</summary>
    public Task NotChanged(Delivery delivery, Failure failure) => storage.Run(delivery.Ws, async (unit, stop) =>
    {
        var why = new Failure(failure.Class, DeliveryNews.NotChanged, new(ReasonOf(failure, "zh") ?? "", ReasonOf(failure, "en") ?? ""));
        await Row(unit.Db, delivery).ExecuteUpdateAsync(set => set.SetProperty(row => row.Code, why.Code).SetProperty(row => row.ReasonZh, why.Reason.Zh).SetProperty(row => row.ReasonEn, why.Reason.En), stop);
        var state = await Row(unit.Db, delivery).Select(row => row.State).SingleAsync(stop);
        await messages.Note(unit, delivery.ConversationId, [new DeliveryNews(delivery.Seq, state, why.Code) { Zh = why.Reason.Zh, En = why.Reason.En }], stop);
        return 0;
    }, CancellationToken.None);

    /// <summary>It will be tried again; the reason is kept for whoever looks.</summary>
    public Task Refused(Delivery delivery, Failure failure) => Change(delivery, set => set.SetProperty(row => row.Trying, false)
        .SetProperty(row => row.Code, failure.Code).SetProperty(row => row.ReasonZh, ReasonOf(failure, "zh")).SetProperty(row => row.ReasonEn, ReasonOf(failure, "en")));

    /// <summary>Nothing more is tried.</summary>
    public Task Failed(Delivery delivery, Failure failure, CancellationToken ct) => storage.Run(delivery.Ws, async (unit, stop) =>
    {
        await Fail(unit, Row(unit.Db, delivery), delivery.ConversationId, delivery.Seq, failure, stop);
        return 0;
    }, ct);

    /// <summary>The job was given up.</summary>
    public async Task GaveUp(WriteUnit unit, int ws, Guid conversation, long seq, CancellationToken ct)
    {
        var row = Row(unit.Db, ws, conversation, seq);
        if (await row.AnyAsync(one => one.State == DeliveryStates.Pending, ct))
            await Fail(unit, row, conversation, seq, DeliveryFaults.GaveUp, ct);
    }

    /// <summary>An agent wants a failed message tried again. False: it has not failed.</summary>
    public Task<Platform.Problems.Refusal?> Retry(int ws, Guid conversation, long seq, Func<WriteUnit, CancellationToken, Task> addJob, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var now = unit.Ids.Now();
        var changed = await Row(unit.Db, ws, conversation, seq).Where(row => row.State == DeliveryStates.Failed).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.State, DeliveryStates.Pending).SetProperty(row => row.Trying, false).SetProperty(row => row.ChangedAt, now)
            .SetProperty(row => row.Code, (string?)null).SetProperty(row => row.ReasonZh, (string?)null).SetProperty(row => row.ReasonEn, (string?)null), stop);
        if (changed == 0)
            return Platform.Problems.Refusal.Conflict("delivery_not_failed");
        await addJob(unit, stop);
        await messages.Note(unit, conversation, [new DeliveryNews(seq, DeliveryStates.Pending)], stop);
        return null;
    }, ct);

    /// <summary>What providers reported of messages of one conversation. States come out of order: only what goes forward is news.</summary>
    public Task Reported(int ws, Guid conversation, IReadOnlyDictionary<long, (string State, Failure? Failure)> reports, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var (seqs, now) = (reports.Keys.ToArray(), unit.Ids.Now());
        var news = new List<DeliveryNews>();
        foreach (var row in await unit.Db.Visible(Scope<Delivery>.Workspace(ws)).Where(row => row.ConversationId == conversation && seqs.Contains(row.Seq)).OrderBy(row => row.Seq).ToListAsync(stop))
        {
            var (state, failure) = reports[row.Seq];
            // A provider that said "sent" may still say "failed"; once it is delivered nothing fails.
            var isNews = state == DeliveryStates.Failed ? row.State is DeliveryStates.Pending or DeliveryStates.Sent : DeliveryStates.Rank(state) > DeliveryStates.Rank(row.State) && row.State != DeliveryStates.Pending;
            if (!isNews || await Row(unit.Db, row).Where(one => one.State == row.State).ExecuteUpdateAsync(set => set.SetProperty(one => one.State, state).SetProperty(one => one.ChangedAt, now)
                .SetProperty(one => one.Code, failure == null ? null : failure.Code).SetProperty(one => one.ReasonZh, ReasonOf(failure, "zh")).SetProperty(one => one.ReasonEn, ReasonOf(failure, "en")), stop) == 0)
                continue;
            news.Add(NewsOf(row.Seq, state, failure));
        }
        if (news.Count > 0)
            await messages.Note(unit, conversation, news, stop);
        return 0;
    }, ct);

    private async Task Fail(WriteUnit unit, IQueryable<Delivery> row, Guid conversation, long seq, Failure failure, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        await row.ExecuteUpdateAsync(set => set.SetProperty(one => one.State, DeliveryStates.Failed).SetProperty(one => one.Trying, false).SetProperty(one => one.ChangedAt, now)
            .SetProperty(one => one.Code, failure.Code).SetProperty(one => one.ReasonZh, ReasonOf(failure, "zh")).SetProperty(one => one.ReasonEn, ReasonOf(failure, "en")), ct);
        await messages.Note(unit, conversation, [NewsOf(seq, DeliveryStates.Failed, failure)], ct);
    }

    private static DeliveryNews NewsOf(long seq, string state, Failure? failure) => failure is null ? new(seq, state) : new(seq, state, failure.Code)
    {
        Zh = ReasonOf(failure, "zh"), En = ReasonOf(failure, "en"), ClosesWindow = failure.Class == ErrorClass.Window,
    };

    // The provider's own detail is left out: it may say what was written, and to whom.
    private static string? ReasonOf(Failure? failure, string language) => failure?.Reason.In(language) is { } reason ? reason.Length > MostReason ? reason[..MostReason] : reason : null;

    private Task<int> Change(Delivery delivery, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<Delivery>> set) =>
        storage.Run(delivery.Ws, (unit, stop) => Row(unit.Db, delivery).ExecuteUpdateAsync(set, stop), CancellationToken.None);

    private static IQueryable<Delivery> Row(QueqiaoDb db, Delivery delivery) => Row(db, delivery.Ws, delivery.ConversationId, delivery.Seq);

    private static IQueryable<Delivery> Row(QueqiaoDb db, int ws, Guid conversation, long seq) =>
        db.Visible(Scope<Delivery>.Workspace(ws)).Where(row => row.ConversationId == conversation && row.Seq == seq);
}

/// <summary>How far messages came, for whoever shows them.</summary>
internal sealed class DeliveryStateReader(IStorageEngine storage) : IDeliveryStates
{
    public async Task<IReadOnlyDictionary<long, DeliveryNews>> Of(int ws, Guid conversation, long from, long to, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Visible(Scope<Delivery>.Workspace(ws)).Where(row => row.ConversationId == conversation && row.Seq >= from && row.Seq <= to)
            .ToDictionaryAsync(row => row.Seq, row => new DeliveryNews(row.Seq, row.State, row.Code) { Zh = row.ReasonZh, En = row.ReasonEn }, ct);
    }
}
