using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Drafting;

/// <summary>
/// What an agent has typed and not sent: kept here, so that a crash or another browser loses two seconds of it. Saving needs the
/// version one has seen: an editor that starts empty cannot wipe out what another one holds.
/// </summary>
internal static class DraftEndpoints
{
    private static readonly string[] Kinds = ["reply", "note"];

    public static void Map(RouteGroupBuilder conversations)
    {
        conversations.MapGet("/{id:guid}/drafts", List).Needs(Permissions.Reply).TakesQuery().WithSummary("One's own unsent words here").Produces<DraftList>();
        conversations.MapPut("/{id:guid}/drafts/{kind}", Save).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Keep unsent words: kind is reply or note; 409 draft_conflict when version is not the last one; an empty text gives them up").Produces<DraftAnswer>();
    }

    internal sealed record DraftAnswer(string Kind, long Version, string Text, DateTimeOffset UpdatedAt);

    internal sealed record DraftList(IReadOnlyList<DraftAnswer> Items);

    private static async Task<IResult> List(Guid id, Actor actor, ConversationReader reader, IStorageEngine storage, IContactVault people, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is null)
            return Refusal.NotFound().ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Visible(Scope<DraftRow>.Workspace(actor.Ws)).Where(row => row.ConversationId == id && row.AgentId == actor.AgentId).OrderBy(row => row.Kind).ToListAsync(ct);
        var ring = await people.LoadFor(actor.Ws, rows.Select(row => row.Text), ct);
        return TypedResults.Ok(new DraftList([.. rows.Select(row => Answer(row, ring.Text(PlaceOf(id), row.Text, out _) ?? ""))]));
    }

    /// <param name="Version">The last one that was seen; 0 when there was none.</param>
    internal sealed record SaveRequest(string Text, long Version);

    private static async Task<IResult> Save(Guid id, string kind, SaveRequest request, Actor actor, ConversationReader reader, IStorageEngine storage, IContactVault people, CancellationToken ct)
    {
        if (!Kinds.Contains(kind))
            return Refusal.Invalid("kind", "not_one_of", string.Join(", ", Kinds)).ToProblem();
        if (request.Text.Length > ConversationRules.MostText)
            return Refusal.Invalid("text", "too_long", ConversationRules.MostText).ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        var ring = await people.Load(actor.Ws, [head.ContactId], ct);
        if (ring.Of(head.ContactId) is not { } key)
            return Refusal.NotFound().ToProblem(); // erased: nothing more is kept about this person
        var text = request.Text.Length == 0 ? null : key.Seal(PlaceOf(id), Encoding.UTF8.GetBytes(request.Text));
        var saved = await storage.Run(actor.Ws, (unit, stop) => Keep(unit, id, kind, request, text, actor, stop), ct);
        return saved is null ? Refusal.Conflict("draft_conflict").ToProblem() : TypedResults.Ok(saved);
    }

    private static async Task<DraftAnswer?> Keep(WriteUnit unit, Guid id, string kind, SaveRequest request, byte[]? text, Actor actor, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var next = request.Version + 1;
        var changed = await unit.Db.Visible(Scope<DraftRow>.Workspace(actor.Ws))
            .Where(row => row.ConversationId == id && row.AgentId == actor.AgentId && row.Kind == kind && row.Version == request.Version)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, next).SetProperty(row => row.Text, text).SetProperty(row => row.UpdatedAt, now), ct);
        if (changed == 0)
        {
            if (request.Version != 0)
                return null;
            unit.Db.Add(new DraftRow { Ws = actor.Ws, ConversationId = id, AgentId = actor.AgentId, Kind = kind, Version = next, Text = text, UpdatedAt = now });
            try
            {
                await unit.Db.SaveChangesAsync(ct);
            }
            catch (DbUpdateException trouble) when (trouble.IsDuplicate())
            {
                unit.Abandon();
                return null;
            }
        }
        return new DraftAnswer(kind, next, request.Text, DateTimeOffset.FromUnixTimeMilliseconds(now));
    }

    /// <summary>Where it lies, under the key of the person it is written to.</summary>
    private static SealedPlace PlaceOf(Guid conversation) => new("draft.text", conversation);

    private static DraftAnswer Answer(DraftRow row, string text) => new(row.Kind, row.Version, text, DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAt));
}
