using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary><c>POST</c> and <c>PATCH</c> of <c>/api/v1/knowledge/faqs</c> and <c>/articles</c>.</summary>
internal static class SaveItems
{
    public const int MostOfBase = 200_000;

    public static Task<IResult> CreateFaq(FaqRequest request, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IAgents agents, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Create(request, isFaq: true, actor, writing, trials, views, agents, storage, context, ct);

    public static Task<IResult> CreateArticle(ArticleRequest request, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IAgents agents, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Create(request, isFaq: false, actor, writing, trials, views, agents, storage, context, ct);

    public static Task<IResult> ChangeFaq(Guid id, FaqRequest request, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IAgents agents, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Change(id, request, isFaq: true, actor, writing, trials, views, agents, storage, context, ct);

    public static Task<IResult> ChangeArticle(Guid id, ArticleRequest request, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IAgents agents, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Change(id, request, isFaq: false, actor, writing, trials, views, agents, storage, context, ct);

    private static async Task<IResult> Create(ItemRequest request, bool isFaq, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IAgents agents, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Refuse(request, actor, agents, ct) is { } no)
            return no.ToProblem();
        var publishes = request.Publish ?? actor.May(Permissions.PublishKnowledge);
        var (id, refusal) = await Guarded(() => storage.Run<(Guid, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            if (await Bases.Home(unit, actor.Ws, request.BaseId, stop) is not { } home)
                return (default, Refusal.Invalid("baseId", "knowledge_base_unknown"));
            var content = request.Over(new KnowledgeContent(), home.Language);
            if (Refusal.Of(ContentRules.Check(content, isFaq)) is { } wrong)
                return (default, wrong);
            if (await unit.Db.Table<KnowledgeItem>().CountAsync(item => item.Ws == actor.Ws && item.BaseId == home.Id, stop) >= MostOfBase)
                return (default, Refusal.Conflict("too_many", MostOfBase));
            var item = ItemWriting.Add(unit, home, isFaq, content, actor.AgentId);
            item.ExternalKey = Key(request.ExternalKey);
            if (await Apply(unit, home, item, request, stop) is { } unknown)
                return (default, unknown);
            var isJudged = await unit.Db.Table<KnowledgeCheck>().AnyAsync(check => check.Ws == actor.Ws && check.BaseId == home.Id, stop);
            if (publishes && home.NeedsSecond)
                item.Review = "asked"; // somebody else shows it
            else if (publishes && !isJudged)
                await writing.Publish(unit, home, item, 1, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.created", "knowledge_item", item.Id.ToString(), new { item.Kind, publishes }, stop);
            return (item.Id, null);
        }, ct));
        if (refusal is null && publishes && await views.View(actor.Ws, id, null, ct) is { Item: { PublishedVersion: null, Review: null } })
            await ActOnItems.Publish(id, new ActOnItems.PublishRequest(), actor, writing, trials, views, storage, context, ct); // what the regression set is against stays a draft
        return refusal?.ToProblem() ?? (IResult)TypedResults.Created($"/api/v1/knowledge/{(isFaq ? "faqs" : "articles")}/{id}", await views.View(actor.Ws, id, null, ct));
    }

    private static async Task<IResult> Change(Guid id, ItemRequest request, bool isFaq, Actor actor, ItemWriting writing, Gate.Trials trials, ItemViews views, IAgents agents, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Refuse(request, actor, agents, ct) is { } no)
            return no.ToProblem();
        var refusal = (await Guarded(() => storage.Run<(Guid, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var item = await unit.Db.Table<KnowledgeItem>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id && row.Kind == (isFaq ? "faq" : "article"), stop);
            if (item is null)
                return (default, Refusal.NotFound());
            if (request.Version is { } seen && seen != item.Version)
                return (default, Refusal.Conflict("knowledge_changed", item.Version));
            var home = (await ItemWriting.Lock(unit, actor.Ws, item.BaseId, stop))!;
            var content = request.Over(await ItemWriting.Content(unit, item, item.Version, stop), home.Language);
            if (Refusal.Of(ContentRules.Check(content, isFaq)) is { } wrong)
                return (default, wrong);
            await ItemWriting.Revise(unit, home, item, content, actor.AgentId, Note(request.Note), stop);
            if (request.ExternalKey is not null)
                item.ExternalKey = Key(request.ExternalKey);
            if (await Apply(unit, home, item, request, stop) is { } unknown)
                return (default, unknown);
            if (request.HasCategory && item.PublishedVersion is not null)
                writing.Seen(unit, home, item);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_item.changed", "knowledge_item", id.ToString(), new { item.Version }, stop);
            return (id, null);
        }, ct))).Refusal;
        if (refusal is null && request.Publish == true)
            return await ActOnItems.Publish(id, new ActOnItems.PublishRequest(), actor, writing, trials, views, storage, context, ct);
        return refusal?.ToProblem() ?? (IResult)TypedResults.Ok(await views.View(actor.Ws, id, null, ct));
    }

    private static async ValueTask<Refusal?> Refuse(ItemRequest request, Actor actor, IAgents agents, CancellationToken ct)
    {
        if (request.Publish == true && !actor.May(Permissions.PublishKnowledge))
            return Refusal.Forbidden();
        var faults = new List<(string, FieldFault)>();
        if (request.OwnerId is { } owner && await agents.Find(actor.Ws, owner, ct) is null or { Disabled: true })
            faults.Add(("ownerId", new("agent_unknown")));
        if (request.Note?.Length > 500)
            faults.Add(("note", new("too_long", 500)));
        if (request.ExternalKey?.Trim().Length > 100)
            faults.Add(("externalKey", new("too_long", 100)));
        return Refusal.Of(faults);
    }

    private static async Task<Refusal?> Apply(WriteUnit unit, KnowledgeBaseRow home, KnowledgeItem item, ItemRequest request, CancellationToken ct)
    {
        item.OwnerId = request.HasOwner ? request.OwnerId : item.OwnerId;
        item.CheckAt = request.HasCheckAt ? request.CheckAt?.ToUnixTimeMilliseconds() : item.CheckAt;
        if (!request.HasCategory)
            return null;
        if (string.IsNullOrWhiteSpace(request.Category))
        {
            item.CategoryId = null;
            return null;
        }
        item.CategoryId = await Categories.Named(unit, home, request.Category, ct);
        return item.CategoryId is null ? Refusal.Invalid("category", "knowledge_category_unknown") : null;
    }

    private static string? Key(string? key) => string.IsNullOrWhiteSpace(key) ? null : key.Trim();

    private static string? Note(string? note) => string.IsNullOrWhiteSpace(note) ? null : note.Trim();

    private static async Task<(Guid Id, Refusal? Refusal)> Guarded(Func<Task<(Guid, Refusal?)>> act)
    {
        try
        {
            return await act();
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return (default, new Refusal(StatusCodes.Status409Conflict, "knowledge_key_taken").And("externalKey", "knowledge_key_taken"));
        }
    }
}
