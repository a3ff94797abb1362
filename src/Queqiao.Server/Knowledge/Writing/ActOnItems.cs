using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>The life of an item: asked to be looked at, returned, published now or later, withdrawn, archived, brought back to what it said.</summary>
internal static class ActOnItems
{
    /// <param name="Note">For whoever looks at it, or what is to be changed.</param>
    public sealed record ReviewRequest(string Decision, string? Note = null);

    /// <param name="Version">Null: the newest.</param>
    /// <param name="At">Null: now.</param>
    /// <param name="Confirmed">Publish although the regression set has questions that would be answered worse; they were looked at.</param>
    public sealed record PublishRequest(int? Version = null, DateTimeOffset? At = null, bool Confirmed = false);

    public sealed record RollbackRequest(int Version);

    public static Task<IResult> Review(Guid id, ReviewRequest request, Actor actor, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Decision is not ("ask" or "return" or "cancel"))
            return Task.FromResult<IResult>(Refusal.Invalid("decision", "not_one_of", "ask, return, cancel").ToProblem());
        if (request.Note?.Length > 2000)
            return Task.FromResult<IResult>(Refusal.Invalid("note", "too_long", 2000).ToProblem());
        if (request.Decision == "return" && !actor.May(Permissions.PublishKnowledge))
            return Task.FromResult<IResult>(Refusal.Forbidden().ToProblem());
        return On(id, actor, views, storage, async (unit, _, item, stop) =>
        {
            if (item.ArchivedAt is not null || item.Version == item.PublishedVersion)
                return Refusal.Conflict("knowledge_nothing_new");
            item.Review = request.Decision switch { "ask" => "asked", "return" => "returned", _ => null };
            (item.ReviewNote, item.ReviewerId) = (string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim(), request.Decision == "return" ? actor.AgentId : null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.review_" + item.Review switch { "asked" => "asked", "returned" => "returned", _ => "cancelled" }, "knowledge_item", id.ToString(), new { item.Version }, stop);
            return null;
        }, ct);
    }

    /// <summary>First asks the regression set: what becomes worse is refused until somebody has seen it and confirms.</summary>
    public static async Task<IResult> Publish(Guid id, PublishRequest request, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        // Who confirms has seen the trial: it is not made again, except to know later what was accepted.
        var (_, trial) = request is { Confirmed: true, At: null } ? (true, null) : await trials.OfItem(actor.Ws, id, request.Version, ct);
        if (trial is { Worse.Count: > 0 } && !request.Confirmed)
            return Refusal.Conflict("knowledge_gate_worse", trial.Worse.Count, trial.Better.Count).ToProblem();
        return await PublishNow(id, request, trial, actor, writing, views, storage, context, ct);
    }

    private static Task<IResult> PublishNow(Guid id, PublishRequest request, TrialResult? trial, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        On(id, actor, views, storage, async (unit, home, item, stop) =>
        {
            var version = request.Version ?? item.Version;
            if (!await unit.Db.Table<KnowledgeVersion>().AnyAsync(one => one.Ws == actor.Ws && one.ItemId == id && one.Version == version, stop))
                return Refusal.Invalid("version", "knowledge_version_unknown");
            if (!await ItemWriting.MayShow(unit, home, item, version, actor.AgentId, stop))
                return Refusal.Forbidden("knowledge_second_person");
            if (request.At is { } at && at.ToUnixTimeMilliseconds() > unit.Ids.Now())
            {
                if (version != item.Version)
                    return Refusal.Invalid("version", "knowledge_version_unknown"); // later means: what is newest now
                (item.PublishAt, item.PublishVersion, item.Review, item.ArchivedAt, item.HeldRun) = (at.ToUnixTimeMilliseconds(), version, null, null, null);
                item.AcceptedRun = trial is { Worse.Count: > 0 } ? Gate.Trials.Keep(unit, trial, id, actor.AgentId) : null;
                await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.scheduled", "knowledge_item", id.ToString(), new { version, at }, stop);
                return null;
            }
            await writing.Publish(unit, home, item, version, stop);
            if (trial is not null)
                Gate.Trials.Keep(unit, trial, id, actor.AgentId);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.published", "knowledge_item", id.ToString(), new { version, worse = trial?.Worse.Count, better = trial?.Better.Count }, stop);
            return null;
        }, ct);

    public static Task<IResult> Withdraw(Guid id, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Away(id, archive: false, actor, writing, views, storage, context, ct);

    public static Task<IResult> Archive(Guid id, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Away(id, archive: true, actor, writing, views, storage, context, ct);

    private static Task<IResult> Away(Guid id, bool archive, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        On(id, actor, views, storage, async (unit, home, item, stop) =>
        {
            writing.Withdraw(unit, home, item, archive);
            item.Review = null;
            await Audit.Record(unit, AuditBy.Agent(actor, context), archive ? "knowledge_item.archived" : "knowledge_item.withdrawn", "knowledge_item", id.ToString(), null, stop);
            return null;
        }, ct);

    /// <summary>Out of the archive, as a draft.</summary>
    public static Task<IResult> Restore(Guid id, Actor actor, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        On(id, actor, views, storage, async (unit, _, item, stop) =>
        {
            item.ArchivedAt = null;
            item.ChangedAt = unit.Ids.Now();
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.restored", "knowledge_item", id.ToString(), null, stop);
            return null;
        }, ct);

    /// <summary>An old version becomes the newest again; readers see it when it is published.</summary>
    public static Task<IResult> Rollback(Guid id, RollbackRequest request, Actor actor, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        On(id, actor, views, storage, async (unit, home, item, stop) =>
        {
            var old = await unit.Db.Table<KnowledgeVersion>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.ItemId == id && one.Version == request.Version, stop);
            if (old is null)
                return Refusal.Invalid("version", "knowledge_version_unknown");
            var now = unit.Ids.Now();
            item.Version++;
            unit.Db.Table<KnowledgeVersion>().Add(new KnowledgeVersion { Ws = item.Ws, ItemId = id, Version = item.Version, Content = old.Content, Note = "↩ v" + request.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), ByAgent = actor.AgentId, CreatedAt = now });
            (item.ChangedAt, item.ChangedBy, item.Review) = (now, actor.AgentId, null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.rolled_back", "knowledge_item", id.ToString(), new { to = request.Version, item.Version }, stop);
            return null;
        }, ct);

    /// <summary>Its owner looked: it still holds, until the given time.</summary>
    public sealed record CheckedRequest(DateTimeOffset? Until = null);

    public static Task<IResult> Checked(Guid id, CheckedRequest request, Actor actor, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        On(id, actor, views, storage, async (unit, _, item, stop) =>
        {
            item.CheckAt = request.Until?.ToUnixTimeMilliseconds() ?? unit.Ids.Now() + (long)TimeSpan.FromDays(180).TotalMilliseconds;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.checked", "knowledge_item", id.ToString(), new { until = WireTime.Format(item.CheckAt.Value) }, stop);
            return null;
        }, ct);

    private static async Task<IResult> On(Guid id, Actor actor, ItemViews views, IStorageEngine storage, Func<WriteUnit, KnowledgeBaseRow, KnowledgeItem, CancellationToken, Task<Refusal?>> act, CancellationToken ct)
    {
        var refusal = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var home = await unit.Db.Table<KnowledgeItem>().Where(row => row.Ws == actor.Ws && row.Id == id).Select(row => (Guid?)row.BaseId).SingleOrDefaultAsync(stop);
            if (home is null)
                return Refusal.NotFound();
            var locked = (await ItemWriting.Lock(unit, actor.Ws, home.Value, stop))!;
            var item = await unit.Db.Table<KnowledgeItem>().SingleAsync(row => row.Ws == actor.Ws && row.Id == id, stop);
            return await act(unit, locked, item, stop);
        }, ct);
        return refusal?.ToProblem() ?? (IResult)TypedResults.Ok(await views.View(actor.Ws, id, null, ct));
    }
}
