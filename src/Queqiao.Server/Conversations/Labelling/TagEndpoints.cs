using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Labelling;

/// <summary><c>/api/v1/tags</c>: the workspace's list.</summary>
internal static class TagEndpoints
{
    public sealed record TagList(IReadOnlyList<TagAnswer> Items);

    public sealed record NewTag(string Name, string? Color = null);

    public sealed record TagChange(string? Name = null, string? Color = null, bool? Archived = null);

    public static void Map(IEndpointRouteBuilder app)
    {
        var tags = app.MapGroup("/api/v1/tags").WithTags("Tags");
        tags.MapGet("", List).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("All tags by name, archived ones too").Produces<TagList>();
        tags.MapPost("", Create).Needs(Permissions.CreateTags).TakesQuery().WithSummary("Add a tag").Produces<TagAnswer>(StatusCodes.Status201Created);
        tags.MapPatch("/{id:guid}", Change).Needs(Permissions.ManageTags).TakesQuery().WithSummary("Rename, recolour or archive a tag").Produces<TagAnswer>();
    }

    private static async Task<IResult> List(Actor actor, TagDirectory directory, CancellationToken ct) =>
        TypedResults.Ok(new TagList([.. (await directory.Of(actor.Ws, ct)).Values.OrderBy(tag => tag.Name, StringComparer.Ordinal)]));

    private static async Task<IResult> Create(NewTag request, Actor actor, TagDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. TagRules.CheckName(request.Name), .. TagRules.CheckColor(request.Color)]) is { } invalid)
            return invalid.ToProblem();
        var (tag, refusal) = await storage.Run<(Tag?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var key = TagDirectory.KeyOf(request.Name);
            if (await unit.Db.Table<Tag>().AnyAsync(tag => tag.Ws == actor.Ws && tag.NameKey == key, stop))
                return (null, Refusal.Invalid("name", "tag_name_taken"));
            return (await directory.FindOrAdd(unit, request.Name, request.Color?.ToLowerInvariant(), AuditBy.Agent(actor, context), stop), null);
        }, ct);
        return tag is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/tags/{tag.Id}", TagAnswer.Of(tag));
    }

    private static async Task<IResult> Change(Guid id, TagChange request, Actor actor, TagDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. request.Name is { } name ? TagRules.CheckName(name) : [], .. TagRules.CheckColor(request.Color)]) is { } invalid)
            return invalid.ToProblem();
        try
        {
            var tag = await storage.Run(actor.Ws, async (unit, stop) =>
            {
                if (await unit.Db.Table<Tag>().SingleOrDefaultAsync(tag => tag.Ws == actor.Ws && tag.Id == id, stop) is not { } known)
                    return null;
                known.Name = request.Name?.Trim() ?? known.Name;
                known.NameKey = TagDirectory.KeyOf(known.Name);
                known.Color = request.Color?.ToLowerInvariant() ?? known.Color;
                known.ArchivedAt = request.Archived is null ? known.ArchivedAt : request.Archived.Value ? known.ArchivedAt ?? unit.Ids.Now() : null;
                unit.AfterCommit(() => directory.Changed(actor.Ws));
                await Audit.Record(unit, AuditBy.Agent(actor, context), "tag.changed", "tag", id.ToString(), request, stop);
                return known;
            }, ct);
            return tag is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(TagAnswer.Of(tag));
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Invalid("name", "tag_name_taken").ToProblem();
        }
    }
}

/// <summary>What a tag may be called and look like.</summary>
internal static class TagRules
{
    public static IEnumerable<(string Field, FieldFault Fault)> CheckName(string name, string field = "name")
    {
        if (string.IsNullOrWhiteSpace(name))
            yield return (field, new("required"));
        else if (name.Trim().Length > TagDirectory.MostName)
            yield return (field, new("too_long", TagDirectory.MostName));
        else if (OneLine.HidesSomething(name))
            yield return (field, new("control_characters"));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> CheckColor(string? color)
    {
        if (color is not null && !(color.Length == 7 && color[0] == '#' && color[1..].All(char.IsAsciiHexDigit)))
            yield return ("color", new("invalid_color"));
    }
}
