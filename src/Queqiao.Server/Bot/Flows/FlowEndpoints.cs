using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Flows;

/// <summary><c>/api/v1/bots/flows</c>: written as steps or as text, tried, published with a number, and taken back.</summary>
internal static class FlowEndpoints
{
    private const int MostFlows = 200;
    private const int MostNote = 500;

    /// <param name="Text">The text form; or</param>
    /// <param name="Flow">the steps.</param>
    public sealed record Draft(string? Text = null, BotFlow? Flow = null);

    public sealed record Changes(string? Text = null, BotFlow? Flow = null, bool? Enabled = null);

    public sealed record PublishRequest(string? Note = null);

    public sealed record Item(Guid Id, string Key, string Title, string Language, bool Enabled, int? PublishedVersion, bool IsChanged, DateTimeOffset ChangedAt);

    public sealed record FlowList(IReadOnlyList<Item> Items);

    /// <param name="Faults">What keeps the draft from being published: field and message code.</param>
    public sealed record One(Guid Id, bool Enabled, int? PublishedVersion, BotFlow Flow, string Text, IReadOnlyList<Fault> Faults, DateTimeOffset ChangedAt);

    public sealed record Fault(string Field, string Code, string? Argument);

    public sealed record VersionItem(int Version, DateTimeOffset At, Guid? By, string? Note, string Text);

    public sealed record VersionList(IReadOnlyList<VersionItem> Items);

    public sealed record Parsed(BotFlow Flow, string Text, IReadOnlyList<Fault> Faults);

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<BotFlowRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.Id).ToListAsync(ct);
        var published = await db.Table<BotFlowVersionRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).ToListAsync(ct);
        return TypedResults.Ok(new FlowList([.. rows.Select(row =>
        {
            var flow = BotFlow.Of(row.Draft);
            var current = published.FirstOrDefault(version => version.FlowId == row.Id && version.Version == row.PublishedVersion)?.Flow;
            return new Item(row.Id, row.Key, flow.Title, flow.Language, row.Enabled, row.PublishedVersion, current != row.Draft, At(row.ChangedAt));
        })]));
    }

    public static async Task<IResult> Show(Guid id, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await db.Table<BotFlowRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct) is { } row
            ? TypedResults.Ok(await Answer(db, row, ct)) : Refusal.NotFound().ToProblem();
    }

    /// <summary>The text as steps, or the steps as text: for an editor that shows both.</summary>
    public static async Task<IResult> Parse(Draft request, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        if (Read(request.Text, request.Flow) is not ({ } flow, var faults))
            return Refusal.Invalid("text", "required").ToProblem();
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(new Parsed(flow, FlowText.Write(flow), [.. faults.Select(fault => new Fault($"line {fault.Line}", fault.Code, fault.Argument)), .. await FlowPublishing.FaultsOf(db, actor.Ws, flow, ct)]));
    }

    public static async Task<IResult> Create(Draft request, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request.Text, request.Flow) is { } invalid)
            return invalid.ToProblem();
        var flow = Read(request.Text, request.Flow)!.Value.Flow;
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                if (await unit.Db.Table<BotFlowRow>().CountAsync(row => row.Ws == actor.Ws, stop) >= MostFlows)
                    return Refusal.Conflict("too_many", MostFlows).ToProblem();
                var now = unit.Ids.Now();
                var row = new BotFlowRow { Ws = actor.Ws, Id = unit.Ids.New(), Key = flow.Key, Draft = flow.Json(), Enabled = true, CreatedAt = now, ChangedAt = now };
                unit.Db.Table<BotFlowRow>().Add(row);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_flow.created", "bot_flow", row.Id.ToString(), new { flow.Key }, stop);
                return TypedResults.Created($"/api/v1/bots/flows/{row.Id}", await Answer(unit.Db, row, stop));
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return new Refusal(StatusCodes.Status409Conflict, "flow_key_taken").And("key", "flow_key_taken").ToProblem();
        }
    }

    public static async Task<IResult> Change(Guid id, Changes request, Actor actor, FlowShelf shelf, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var hasDraft = request.Text is not null || request.Flow is not null;
        if (hasDraft && Check(request.Text, request.Flow) is { } invalid)
            return invalid.ToProblem();
        return await OnOne(id, actor, storage, async (unit, row, stop) =>
        {
            if (hasDraft)
            {
                var flow = Read(request.Text, request.Flow)!.Value.Flow;
                if (flow.Key != row.Key)
                    return Refusal.Conflict("flow_key_fixed").ToProblem();
                row.Draft = flow.Json();
            }
            row.Enabled = request.Enabled ?? row.Enabled;
            unit.AfterCommit(() => shelf.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_flow.changed", "bot_flow", id.ToString(), new { row.Key, row.Enabled }, stop);
            return TypedResults.Ok(await Answer(unit.Db, row, stop));
        }, ct);
    }

    public static async Task<IResult> Publish(Guid id, PublishRequest request, Actor actor, FlowShelf shelf, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Note?.Length > MostNote)
            return Refusal.Invalid("note", "too_long", MostNote).ToProblem();
        return await OnOne(id, actor, storage, async (unit, row, stop) =>
        {
            if (await FlowPublishing.Publish(unit, row, row.Draft, request.Note, actor.AgentId, stop) is { } refusal)
                return refusal.ToProblem();
            unit.AfterCommit(() => shelf.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_flow.published", "bot_flow", id.ToString(), new { row.Key, version = row.PublishedVersion }, stop);
            return TypedResults.Ok(await Answer(unit.Db, row, stop));
        }, ct);
    }

    public static async Task<IResult> Versions(Guid id, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!await db.Table<BotFlowRow>().AnyAsync(row => row.Ws == actor.Ws && row.Id == id, ct))
            return Refusal.NotFound().ToProblem();
        var rows = await db.Table<BotFlowVersionRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.FlowId == id).OrderByDescending(row => row.Version).Take(100).ToListAsync(ct);
        return TypedResults.Ok(new VersionList([.. rows.Select(row => new VersionItem(row.Version, At(row.At), row.ByAgent, row.Note, FlowText.Write(BotFlow.Of(row.Flow))))]));
    }

    public static Task<IResult> Remove(Guid id, Actor actor, FlowShelf shelf, IStorageEngine storage, HttpContext context, CancellationToken ct) => OnOne(id, actor, storage, async (unit, row, stop) =>
    {
        await FlowPublishing.Lock(unit.Db, actor.Ws, id, stop);
        if (await FlowPublishing.IsCompared(unit.Db, row, stop))
            return Refusal.Conflict("flow_is_compared").ToProblem();
        await unit.Db.Table<BotFlowVersionRow>().Where(one => one.Ws == actor.Ws && one.FlowId == id).ExecuteDeleteAsync(stop);
        unit.Db.Table<BotFlowRow>().Remove(row);
        unit.AfterCommit(() => shelf.Forget(actor.Ws));
        await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_flow.removed", "bot_flow", id.ToString(), new { row.Key }, stop);
        return TypedResults.NoContent();
    }, ct);

    private static Task<IResult> OnOne(Guid id, Actor actor, IStorageEngine storage, Func<WriteUnit, BotFlowRow, CancellationToken, Task<IResult>> act, CancellationToken ct) =>
        storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotFlowRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound().ToProblem();
            row.ChangedAt = unit.Ids.Now();
            return await act(unit, row, stop);
        }, ct);

    private static async Task<One> Answer(QueqiaoDb db, BotFlowRow row, CancellationToken ct)
    {
        var flow = BotFlow.Of(row.Draft);
        return new One(row.Id, row.Enabled, row.PublishedVersion, flow, FlowText.Write(flow), await FlowPublishing.FaultsOf(db, row.Ws, flow, ct), At(row.ChangedAt));
    }

    private static (BotFlow Flow, IReadOnlyList<FlowFault> Faults)? Read(string? text, BotFlow? flow) => flow is not null ? (flow, []) : text is not null ? FlowText.Read(text) : null;

    /// <summary>A draft may be wrong in everything but its lines and its name.</summary>
    private static Refusal? Check(string? text, BotFlow? flow)
    {
        if (text?.Length > FlowText.MostText)
            return Refusal.Invalid("text", "too_long", FlowText.MostText);
        if (Read(text, flow) is not ({ } read, var faults))
            return Refusal.Invalid("text", "required");
        if (faults is [var first, ..])
            return Refusal.Invalid("text", first.Code, first.Line, first.Argument ?? "");
        return read.Key.Length is 0 or > 60 ? Refusal.Invalid("key", "flow_key_wrong") : read.Steps.Count > 100 ? Refusal.Invalid("steps", "too_many", 100) : null;
    }

    private static DateTimeOffset At(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
