using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Actions;

/// <summary><c>/api/v1/bots/actions</c>: what flows may call. Headers are write-only.</summary>
internal static class ActionEndpoints
{
    private const int MostActions = 100;
    private const int MostHeaders = 10;

    /// <param name="Headers">Sealed; null leaves them as they are, an empty object takes them away.</param>
    public sealed record Request(string Key, ActionDefinition Definition, bool Enabled = true, IReadOnlyDictionary<string, string>? Headers = null);

    public sealed record Item(Guid Id, string Key, bool Enabled, ActionDefinition Definition, bool HasHeaders, DateTimeOffset ChangedAt);

    public sealed record ActionList(IReadOnlyList<Item> Items, IReadOnlyList<string> BuiltIn);

    public sealed record TestRequest(IReadOnlyDictionary<string, string> Arguments, bool DryRun = true);

    /// <param name="Request">What would be sent, without secrets.</param>
    public sealed record TestAnswer(string Outcome, IReadOnlyDictionary<string, string> Values, string Request);

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<BotActionRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.Id).ToListAsync(ct);
        return TypedResults.Ok(new ActionList([.. rows.Select(Of)], ActionNames.BuiltIn));
    }

    public static async Task<IResult> Create(Request request, Actor actor, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                if (await unit.Db.Table<BotActionRow>().CountAsync(row => row.Ws == actor.Ws, stop) >= MostActions)
                    return Refusal.Conflict("too_many", MostActions).ToProblem();
                var now = unit.Ids.Now();
                var row = new BotActionRow { Ws = actor.Ws, Id = unit.Ids.New(), Key = request.Key, Definition = "", Enabled = request.Enabled, CreatedAt = now, ChangedAt = now };
                unit.Db.Table<BotActionRow>().Add(row);
                Fill(row, request, vault);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_action.created", "bot_action", row.Id.ToString(), new { row.Key, request.Definition, row.Enabled }, stop);
                return TypedResults.Created($"/api/v1/bots/actions/{row.Id}", Of(row));
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return new Refusal(StatusCodes.Status409Conflict, "flow_key_taken").And("key", "flow_key_taken").ToProblem();
        }
    }

    public static async Task<IResult> Change(Guid id, Request request, Actor actor, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotActionRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound().ToProblem();
            if (row.Key != request.Key)
                return Refusal.Conflict("flow_key_fixed").ToProblem();
            Fill(row, request, vault);
            (row.Enabled, row.ChangedAt) = (request.Enabled, unit.Ids.Now());
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_action.changed", "bot_action", id.ToString(), new { row.Key, request.Definition, row.Enabled, headers = request.Headers is not null }, stop);
            return TypedResults.Ok(Of(row));
        }, ct);
    }

    public static Task<IResult> Remove(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => storage.Run<IResult>(actor.Ws, async (unit, stop) =>
    {
        if (await unit.Db.Table<BotActionRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
            return Refusal.NotFound().ToProblem();
        unit.Db.Table<BotActionRow>().Remove(row);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_action.removed", "bot_action", id.ToString(), new { row.Key }, stop);
        return TypedResults.NoContent();
    }, ct);

    /// <summary>Shows the request that would be sent; or, when asked to, sends it.</summary>
    public static async Task<IResult> Test(Guid id, TestRequest request, Actor actor, HttpActions actions, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (await db.Table<BotActionRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct) is not { } row)
            return Refusal.NotFound().ToProblem();
        var action = ActionDefinition.Of(row.Definition);
        if (action.Parameters.FirstOrDefault(parameter => !parameter.Takes(request.Arguments.GetValueOrDefault(parameter.Name))) is { } wrong)
            return Refusal.Invalid("arguments." + wrong.Name, "bot_argument_wrong").ToProblem();
        using var sent = HttpActions.Request(action, request.Arguments, "test");
        var shown = $"{sent.Method} {sent.RequestUri}" + (sent.Content is null ? "" : "\n\n" + await sent.Content.ReadAsStringAsync(ct));
        var who = new ActionCaller(actor.Ws, Guid.Empty, $"test:{actor.AgentId}:{clock.GetUtcNow().ToUnixTimeMilliseconds()}", "zh", IsVerified: true, request.DryRun);
        var answer = await actions.Run(who, new ActionCall(row.Key, request.Arguments), ct);
        return TypedResults.Ok(new TestAnswer(answer.Outcome, answer.Values, shown));
    }

    private static void Fill(BotActionRow row, Request request, IVault vault)
    {
        row.Definition = request.Definition.Json();
        if (request.Headers is not null)
            row.SealedHeaders = request.Headers.Count == 0 ? null : vault.Seal(row.Ws, HttpActions.HeadersPurpose, JsonSerializer.SerializeToUtf8Bytes(request.Headers), row.Id);
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. ActionParameter.IsName(request.Key) && !ActionNames.BuiltIn.Contains(request.Key) ? Array.Empty<(string, FieldFault)>() : [("key", new FieldFault("bot_action_key_wrong"))],
        .. request.Headers is { Count: > MostHeaders } || request.Headers?.Any(pair => pair.Key.Length is 0 or > 100 || pair.Value.Length > 2000 || (pair.Key + pair.Value).Any(char.IsControl)) == true
            ? [("headers", new FieldFault("bot_headers_wrong"))] : Array.Empty<(string, FieldFault)>(),
        .. request.Definition.Faults()]);

    private static Item Of(BotActionRow row) => new(row.Id, row.Key, row.Enabled, ActionDefinition.Of(row.Definition), row.SealedHeaders is not null, DateTimeOffset.FromUnixTimeMilliseconds(row.ChangedAt));
}
