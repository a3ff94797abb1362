using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Inbox.Views;

/// <summary><c>/api/v1/views</c>: lists that people make for themselves, and who may for everybody.</summary>
internal static class ViewEndpoints
{
    private const int MostViews = 50;
    private const int MostName = 60;

    public sealed record ViewAnswer(Guid Id, string Name, bool Shared, bool Mine, IReadOnlyList<Condition> Conditions, string Sort, int Position);

    public sealed record ViewList(IReadOnlyList<ViewAnswer> Items);

    public sealed record NewView(string Name, IReadOnlyList<Condition> Conditions, string Sort = InboxSort.Recent, bool Shared = false);

    public sealed record ViewChange(string? Name = null, IReadOnlyList<Condition>? Conditions = null, string? Sort = null, bool? Shared = null, int? Position = null);

    public static void Map(IEndpointRouteBuilder app)
    {
        var views = app.MapGroup("/api/v1/views").WithTags("Views");
        views.MapGet("", List).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("One's own saved views and the shared ones").Produces<ViewList>();
        views.MapPost("", Create).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("Save a view; sharing it needs views.share").Produces<ViewAnswer>(StatusCodes.Status201Created);
        views.MapPost("/preview", Preview).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("How many conversations the conditions of a view would show now").Produces<ViewPreview>();
        views.MapPatch("/{id:guid}", Change).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("Change a view; a shared one needs views.share").Produces<ViewAnswer>();
        views.MapDelete("/{id:guid}", Delete).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("Delete a view; a shared one needs views.share").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> List(Actor actor, SavedViews views, CancellationToken ct) =>
        TypedResults.Ok(new ViewList([.. (await views.Of(actor, ct)).Select(view => Answer(view, actor))]));

    public sealed record PreviewRequest(IReadOnlyList<Condition> Conditions);

    public sealed record ViewPreview(int Count);

    private static async Task<IResult> Preview(PreviewRequest request, Actor actor, ICustomFields fields, InboxQueries inbox, TimeProvider clock, CancellationToken ct)
    {
        if (ConditionRules.Check(request.Conditions, await fields.Of(actor.Ws, FieldObject.Conversation, ct)) is { } invalid)
            return invalid.ToProblem();
        var view = new InboxView("preview", ConditionRules.Rule(request.Conditions, actor.AgentId, clock));
        return TypedResults.Ok(new ViewPreview(await inbox.Count(actor, view, ct)));
    }

    private static async Task<IResult> Create(NewView request, Actor actor, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Check(actor, request.Name, request.Conditions, request.Sort, fields, ct) is { } invalid)
            return invalid.ToProblem();
        if (request.Shared && !actor.May(Permissions.ShareViews))
            return Refusal.Forbidden().ToProblem();
        var (view, refusal) = await storage.Run<(SavedView?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var count = await unit.Db.Table<SavedViewRow>().CountAsync(row => row.Ws == actor.Ws && row.Shared == request.Shared && (request.Shared || row.OwnerId == actor.AgentId), stop);
            if (count >= MostViews)
                return (null, Refusal.Conflict("too_many_views", MostViews));
            var row = new SavedViewRow
            {
                Ws = actor.Ws, Id = unit.Ids.New(), OwnerId = actor.AgentId, Shared = request.Shared, Name = request.Name.Trim(),
                Conditions = JsonSerializer.Serialize(request.Conditions, StrictJson.Options), Sort = request.Sort, Position = count, CreatedAt = unit.Ids.Now(),
            };
            unit.Db.Table<SavedViewRow>().Add(row);
            await Save(unit, row, "view.created", actor, context, stop);
            return (SavedViews.Read(row), null);
        }, ct);
        return view is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/views/{view.Id}", Answer(view, actor));
    }

    private static async Task<IResult> Change(Guid id, ViewChange request, Actor actor, ICustomFields fields, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Check(actor, request.Name ?? "x", request.Conditions ?? [], request.Sort ?? InboxSort.Recent, fields, ct) is { } invalid)
            return invalid.ToProblem();
        var (view, refusal) = await storage.Run<(SavedView?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var (row, no) = await Find(unit, id, actor, request.Shared ?? false, stop);
            if (row is null)
                return (null, no);
            row.Name = request.Name?.Trim() ?? row.Name;
            row.Conditions = request.Conditions is { } conditions ? JsonSerializer.Serialize(conditions, StrictJson.Options) : row.Conditions;
            row.Sort = request.Sort ?? row.Sort;
            row.Shared = request.Shared ?? row.Shared;
            row.Position = request.Position ?? row.Position;
            await Save(unit, row, "view.changed", actor, context, stop);
            return (SavedViews.Read(row), null);
        }, ct);
        return view is null ? refusal!.ToProblem() : TypedResults.Ok(Answer(view, actor));
    }

    private static async Task<IResult> Delete(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var refusal = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var (row, no) = await Find(unit, id, actor, shared: false, stop);
            if (row is null)
                return no;
            unit.Db.Table<SavedViewRow>().Remove(row);
            await Save(unit, row, "view.deleted", actor, context, stop);
            return null;
        }, ct);
        return refusal is null ? TypedResults.NoContent() : refusal.ToProblem();
    }

    /// <summary>What is everybody's is on the record; what is one's own is nobody else's business.</summary>
    private static Task Save(WriteUnit unit, SavedViewRow row, string action, Actor actor, HttpContext context, CancellationToken ct) => row.Shared
        ? Audit.Record(unit, AuditBy.Agent(actor, context), action, "view", row.Id.ToString(), new { row.Name, row.Sort }, ct)
        : unit.Db.SaveChangesAsync(ct);

    private static async Task<(SavedViewRow?, Refusal?)> Find(WriteUnit unit, Guid id, Actor actor, bool shared, CancellationToken ct)
    {
        var row = await unit.Db.Table<SavedViewRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id && (row.Shared || row.OwnerId == actor.AgentId), ct);
        if (row is null)
            return (null, Refusal.NotFound());
        return (row.Shared || shared) && !actor.May(Permissions.ShareViews) ? (null, Refusal.Forbidden()) : (row, null);
    }

    private static async Task<Refusal?> Check(Actor actor, string name, IReadOnlyList<Condition> conditions, string sort, ICustomFields fields, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(name))
            return Refusal.Invalid("name", "required");
        if (name.Trim().Length > MostName)
            return Refusal.Invalid("name", "too_long", MostName);
        if (OneLine.HidesSomething(name))
            return Refusal.Invalid("name", "control_characters");
        if (!InboxSort.All.Contains(sort))
            return Refusal.Invalid("sort", "not_one_of", string.Join(", ", InboxSort.All));
        return ConditionRules.Check(conditions, await fields.Of(actor.Ws, FieldObject.Conversation, ct));
    }

    private static ViewAnswer Answer(SavedView view, Actor actor) =>
        new(view.Id, view.Name, view.Shared, view.OwnerId == actor.AgentId, view.Conditions, view.Sort, view.Position);
}
