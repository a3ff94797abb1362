using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Labelling;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary>The plan, and wrapping up one conversation.</summary>
internal static class WrapUpEndpoints
{
    private const int MostNote = 2000;
    private const int MostReason = 500;

    public static void Map(IEndpointRouteBuilder app)
    {
        var plan = app.MapGroup("/api/v1/wrap-up/plan").WithTags("Wrap-up");
        plan.MapGet("", Plan).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("Categories, results and what is asked for when conversations end").Produces<WrapUpPlan>();
        plan.MapPut("", Change).Needs(Permissions.ManageConversations).TakesQuery().WithSummary("Change it; categories that are left out are gone from the plan, not from the log").Produces<WrapUpPlan>();
        var one = app.MapGroup("/api/v1/conversations/{id:guid}/wrap-up").WithTags("Wrap-up");
        one.MapGet("", Show).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("What is asked for here, what was written last, and what would fit").Produces<Form>();
        one.MapPost("", Write).Needs(Permissions.Reply).TakesQuery().WithSummary("Write it down, and resolve if that is wished").Produces<ChangeAnswer>();
    }

    /// <param name="Needed">It cannot be resolved without.</param>
    /// <param name="Fields">Keys of custom fields that are asked for.</param>
    /// <param name="Suggested">The category that would fit; null: none does, or several do.</param>
    internal sealed record Form(bool On, bool Needed, IReadOnlyList<string> Fields, Guid? Suggested, LastOne? Last);

    internal sealed record LastOne(Guid CategoryId, string Category, string? ResultId, string? Note, string? By, DateTimeOffset At);

    internal sealed record Request(Guid CategoryId, string? ResultId = null, string? Note = null, bool Resolve = false, string? Reason = null)
    {
        /// <summary>Custom fields by key; null clears one.</summary>
        public JsonElement Fields { get; init; }
    }

    internal sealed record Services(WrapUpBoard Board, ConversationReader Reader, ConversationLog Log, SettingsBoard Settings, ICustomFields Fields, IChannelFacts Channels);

    private static async Task<IResult> Plan(Actor actor, WrapUpBoard board, CancellationToken ct) => TypedResults.Ok(await board.Of(actor.Ws, ct));

    private static async Task<IResult> Change(WrapUpPlan request, Actor actor, WrapUpBoard board, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Check(await fields.Of(actor.Ws, FieldObject.Conversation, ct)) is { } invalid)
            return invalid.ToProblem();
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<WrapUpPlanRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws, stop);
            if (row is null)
                unit.Db.Table<WrapUpPlanRow>().Add(row = new WrapUpPlanRow { Ws = actor.Ws, Plan = "", ChangedAt = 0 });
            (row.Plan, row.ChangedAt) = (request.ToJson(), unit.Ids.Now());
            unit.AfterCommit(() => board.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "wrap_up_plan.changed", "workspace", null,
                new { categories = request.Categories.Count, results = request.Results.Count, request.Default.Mandatory, teams = request.Teams?.Count ?? 0 }, stop);
            return true;
        }, ct);
        return TypedResults.Ok(await board.Of(actor.Ws, ct));
    }

    private static async Task<IResult> Show(Guid id, Actor actor, [AsParameters] Services with, WrapUpReader last, TagDirectory tags, CancellationToken ct)
    {
        if (await with.Reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        var plan = await with.Board.Of(actor.Ws, ct);
        if (!plan.IsOn)
            return TypedResults.Ok(new Form(false, false, [], null, null));
        var written = await last.Last(head, ct);
        var known = await tags.Of(actor.Ws, ct);
        var names = IdSet.Of(head.Tags).Select(tag => known.GetValueOrDefault(tag)?.Name).OfType<string>().ToList();
        var suggested = written is { Body: WrappedUp before } && plan.Find(before.CategoryId) is { Archived: false } ? before.CategoryId : WrapUpRules.Suggest(plan, names, await last.CustomersWords(head, ct));
        var needed = (await with.Board.Lacking(actor.Ws, [head], ct)).Count > 0;
        return TypedResults.Ok(new Form(true, needed, plan.RuleOf(head.TeamId).Fields ?? [], suggested, written is null ? null : Of(written.For(actor.Rights.Fields))));
    }

    private static LastOne? Of(LogEntry entry) => entry.Body is WrappedUp said
        ? new LastOne(said.CategoryId, said.Category, said.ResultId, said.Note, entry.Sender.Name, DateTimeOffset.FromUnixTimeMilliseconds(entry.At))
        : null;

    private static async Task<IResult> Write(Guid id, Request request, Actor actor, [AsParameters] Services with, CancellationToken ct)
    {
        var plan = await with.Board.Of(actor.Ws, ct);
        var set = await with.Fields.Of(actor.Ws, FieldObject.Conversation, ct);
        if (Check(request, plan) is { } invalid)
            return invalid.ToProblem();
        var patch = FieldPatch.Empty;
        if (request.Fields.ValueKind != JsonValueKind.Undefined && set.Read(request.Fields, out patch) is { } wrong)
            return wrong.ToProblem();
        if (await with.Reader.Head(actor.Conversations(), id, ct) is not { } known)
            return Refusal.NotFound().ToProblem();
        var category = plan.Find(request.CategoryId)!;
        var said = new WrappedUp(category.Id, plan.PathOf(category), request.ResultId, plan.Results.FirstOrDefault(result => result.Id == request.ResultId)?.Name, Text(request.Note));
        var asks = with.Settings.Of(actor.Ws).AskRating && (await with.Channels.Of(actor.Ws, known.ChannelId)).CanRate;
        return await ConversationChange.Apply(with.Log, actor, id, head => head.WrapUp(said, patch, request.Resolve ? set : null, Text(request.Reason), asks));
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static Refusal? Check(Request request, WrapUpPlan plan)
    {
        if (plan.Find(request.CategoryId) is not { Archived: false } category)
            return Refusal.Invalid("categoryId", "not_found");
        if (!plan.IsLeaf(category))
            return Refusal.Invalid("categoryId", "wrap_up_not_a_leaf");
        if (request.ResultId is { } result && plan.Results.All(one => one.Id != result))
            return Refusal.Invalid("resultId", "not_found");
        if (request.Note?.Length > MostNote)
            return Refusal.Invalid("note", "too_long", MostNote);
        return request.Reason?.Length > MostReason ? Refusal.Invalid("reason", "too_long", MostReason) : null;
    }
}
