using System.Text.Json;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Labelling;

/// <summary>What colleagues attach to one conversation: tags, priority, subject, custom fields.</summary>
internal static class LabelEndpoints
{
    private const int MostSubject = 200;

    public static void Map(RouteGroupBuilder conversations)
    {
        conversations.MapPost("/{id:guid}/tags", ChangeTags).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Put tags on and take tags off, by id or by name; a new name makes a tag for who may").Produces<ChangeAnswer>();
        conversations.MapPost("/{id:guid}/priority", SetPriority).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("none, low, medium, high or urgent").Produces<ChangeAnswer>();
        conversations.MapPatch("/{id:guid}", Change).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Change subject and custom fields").Produces<ChangeAnswer>();
    }

    internal sealed record TagsRequest(IReadOnlyList<string>? Add = null, IReadOnlyList<string>? Remove = null);

    private static async Task<IResult> ChangeTags(
        Guid id, TagsRequest request, Actor actor, ConversationReader reader, ConversationLog log, TagDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request is { Add: null or { Count: 0 }, Remove: null or { Count: 0 } })
            return Refusal.Invalid("add", "required").ToProblem();
        if (request.Add is { Count: > LabelRules.MostTags } || request.Remove is { Count: > LabelRules.MostTags })
            return Refusal.Invalid("add", "too_many", LabelRules.MostTags).ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is null)
            return Refusal.NotFound().ToProblem();
        var known = await directory.Of(actor.Ws, ct);
        var (add, refusal) = await Wanted(request.Add ?? [], known, actor, directory, storage, context, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var remove = (request.Remove ?? []).Select(one => Find(one, known)).OfType<TagAnswer>().Select(tag => new Untagged(tag.Id, tag.Name)).ToList();
        return await ConversationChange.Apply(log, actor, id, head => head.ChangeTags(add, remove));
    }

    private static async Task<(List<Tagged>, Refusal?)> Wanted(
        IReadOnlyList<string> names, IReadOnlyDictionary<Guid, TagAnswer> known, Actor actor, TagDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var wanted = new List<Tagged>();
        foreach (var name in names)
        {
            if (Find(name, known) is { } tag)
            {
                if (tag.Archived)
                    return ([], Refusal.Invalid("add", "tag_archived", tag.Name));
                wanted.Add(new Tagged(tag.Id, tag.Name));
            }
            else if (Guid.TryParse(name, out _))
                return ([], Refusal.Invalid("add", "not_found"));
            else if (Refusal.Of(TagRules.CheckName(name, "add")) is { } invalid)
                return ([], invalid);
            else if (!actor.May(Permissions.CreateTags))
                return ([], Refusal.Forbidden());
            else
            {
                var made = await storage.Run(actor.Ws, (unit, stop) => directory.FindOrAdd(unit, name, color: null, AuditBy.Agent(actor, context), stop), ct);
                wanted.Add(new Tagged(made.Id, made.Name));
            }
        }
        return (wanted, null);
    }

    private static TagAnswer? Find(string idOrName, IReadOnlyDictionary<Guid, TagAnswer> known)
    {
        if (Guid.TryParse(idOrName, out var id))
            return known.GetValueOrDefault(id);
        var key = TagDirectory.KeyOf(idOrName);
        return known.Values.FirstOrDefault(tag => TagDirectory.KeyOf(tag.Name) == key);
    }

    internal sealed record PriorityRequest(string Priority);

    private static async Task<IResult> SetPriority(Guid id, PriorityRequest request, Actor actor, ConversationLog log) =>
        ConversationPriority.All.Contains(request.Priority)
            ? await ConversationChange.Apply(log, actor, id, head => head.SetPriority(request.Priority))
            : Refusal.Invalid("priority", "not_one_of", string.Join(", ", ConversationPriority.All)).ToProblem();

    /// <param name="Subject">Empty takes it off.</param>
    internal sealed record ChangeRequest(string? Subject = null)
    {
        /// <summary>Custom fields by key; null clears one.</summary>
        public JsonElement Fields { get; init; }
    }

    private static async Task<IResult> Change(Guid id, ChangeRequest request, Actor actor, ConversationLog log, ICustomFields fields, CancellationToken ct)
    {
        var subject = request.Subject?.Trim();
        if (subject is { Length: > MostSubject })
            return Refusal.Invalid("subject", "too_long", MostSubject).ToProblem();
        if (OneLine.HidesSomething(subject))
            return Refusal.Invalid("subject", "control_characters").ToProblem();
        var patch = FieldPatch.Empty;
        if (request.Fields.ValueKind != JsonValueKind.Undefined && (await fields.Of(actor.Ws, FieldObject.Conversation, ct)).Read(request.Fields, out patch) is { } refusal)
            return refusal.ToProblem();
        return await ConversationChange.Apply(log, actor, id, head => Decision.Of(
            [.. EntriesOf(subject is null ? Decision.Nothing : head.SetSubject(subject.Length == 0 ? null : subject)), .. EntriesOf(head.SetFields(patch))]));
    }

    private static IReadOnlyList<EntryBody> EntriesOf(Decision decision) => decision is Decision.Append { Entries: var entries } ? entries : [];
}
