using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Flows;

/// <summary>Makes steps the version that customers meet from now on, inside somebody's unit.</summary>
internal static class FlowPublishing
{
    /// <summary>A refusal: it has faults, or is being compared.</summary>
    /// <param name="steps">As JSON.</param>
    /// <param name="endsComparison">It is what a comparison, which ends with it, has found.</param>
    public static async Task<Refusal?> Publish(WriteUnit unit, BotFlowRow row, string steps, string? note, Guid? by, CancellationToken ct, bool endsComparison = false)
    {
        await Lock(unit.Db, row.Ws, row.Id, ct);
        if (!endsComparison && await IsCompared(unit.Db, row, ct))
            return Refusal.Conflict("flow_is_compared");
        if (await FaultsOf(unit.Db, row.Ws, BotFlow.Of(steps), ct) is { Count: > 0 } faults)
            return Refusal.Of(faults.Select(fault => (fault.Field, new FieldFault(fault.Code, fault.Argument ?? ""))))!;
        var version = (await unit.Db.Table<BotFlowVersionRow>().Where(one => one.Ws == row.Ws && one.FlowId == row.Id).MaxAsync(one => (int?)one.Version, ct) ?? 0) + 1;
        unit.Db.Table<BotFlowVersionRow>().Add(new BotFlowVersionRow { Ws = row.Ws, FlowId = row.Id, Version = version, Flow = steps, Note = note, At = unit.Ids.Now(), ByAgent = by });
        row.PublishedVersion = version;
        return null;
    }

    /// <summary>Whoever publishes a flow, removes it or begins to compare it does so one after the other: what each has read holds until it is done.</summary>
    public static Task Lock(QueqiaoDb db, int ws, Guid flow, CancellationToken ct) =>
        db.Table<BotFlowRow>().Where(row => row.Ws == ws && row.Id == flow).ExecuteUpdateAsync(set => set.SetProperty(row => row.ChangedAt, row => row.ChangedAt), ct);

    /// <summary>Versions that are compared stay as they are until it is over: a third one would be nobody's result.</summary>
    public static Task<bool> IsCompared(QueqiaoDb db, BotFlowRow row, CancellationToken ct) =>
        db.Table<BotExperimentRow>().AnyAsync(one => one.Ws == row.Ws && one.ItemId == row.Id && one.EndedAt == null, ct);

    public static async Task<IReadOnlyList<FlowEndpoints.Fault>> FaultsOf(QueqiaoDb db, int ws, BotFlow flow, CancellationToken ct)
    {
        var actions = await db.Table<BotActionRow>().AsNoTracking().Where(row => row.Ws == ws && row.Enabled).ToDictionaryAsync(row => row.Key, row => row.Definition, ct);
        return [.. FlowRules.Faults(flow, actions.ToDictionary(pair => pair.Key, pair => ActionDefinition.Of(pair.Value))).Select(one => new FlowEndpoints.Fault(one.Field, one.Fault.Code, one.Fault.Args is [{ } first, ..] ? first.ToString() : null))];
    }
}
