using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Inbox.Views;

/// <summary>A list that somebody made: for themselves, or for everybody.</summary>
internal sealed record SavedView(Guid Id, Guid OwnerId, bool Shared, string Name, IReadOnlyList<Condition> Conditions, string Sort, int Position);

/// <summary>The lists that people made.</summary>
internal sealed class SavedViews(IStorageEngine storage, TimeProvider clock)
{
    /// <summary>An agent's own and the shared ones, in their order.</summary>
    public async Task<IReadOnlyList<SavedView>> Of(Actor actor, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<SavedViewRow>().AsNoTracking()
            .Where(row => row.Ws == actor.Ws && (row.Shared || row.OwnerId == actor.AgentId))
            .OrderByDescending(row => row.Shared).ThenBy(row => row.Position).ThenBy(row => row.CreatedAt).ThenBy(row => row.Id)
            .ToListAsync(ct);
        return [.. rows.Select(Read)];
    }

    /// <summary>The list of a name or of a saved view's id, as this agent has it; null when there is none.</summary>
    public async Task<(InboxView? View, SavedView? Saved)> Find(Actor actor, string name, CancellationToken ct)
    {
        if (InboxView.Of(name, actor) is { } known)
            return (known, null);
        if (!Guid.TryParse(name, out var id))
            return (null, null);
        await using var db = storage.Read(actor.Ws);
        var row = await db.Table<SavedViewRow>().AsNoTracking()
            .SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id && (row.Shared || row.OwnerId == actor.AgentId), ct);
        if (row is null)
            return (null, null);
        var saved = Read(row);
        return (ToInbox(actor, saved), saved);
    }

    public InboxView ToInbox(Actor actor, SavedView view) => new(view.Id.ToString(), ConditionRules.Rule(view.Conditions, actor.AgentId, clock));

    public static SavedView Read(SavedViewRow row) =>
        new(row.Id, row.OwnerId, row.Shared, row.Name, JsonSerializer.Deserialize<List<Condition>>(row.Conditions, TolerantJson.Options)!, row.Sort, row.Position);
}
