using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Automation.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Automation.CannedReplies;

/// <param name="Own">Whether it is the reader's own; else it is shared, with a team or with everybody.</param>
/// <param name="MayChange">Whether the reader may change it.</param>
internal sealed record ReplyItem(Guid Id, string Shortcut, string Title, string Body, bool Own, Guid? TeamId, bool MayChange, string ChangedAt)
{
    public static ReplyItem Of(CannedReply reply, Actor actor) => new(
        reply.Id, reply.Shortcut, reply.Title, reply.Body, reply.OwnerId is not null, reply.TeamId,
        reply.OwnerId is not null || actor.May(Permissions.ManageReplies), WireTime.Format(reply.ChangedAt));
}

internal sealed record ReplyList(IReadOnlyList<ReplyItem> Items, string? NextCursor);

/// <summary><c>GET /api/v1/canned-replies</c>: one's own, one's teams' and everybody's, by shortcut.</summary>
internal static class ListReplies
{
    public static async Task<IResult> Handle(Actor actor, ITeams teams, IStorageEngine storage, CancellationToken ct, int limit = 200, string? cursor = null)
    {
        if (limit is < 1 or > 500)
            return Refusal.Invalid("limit", "out_of_range", 1, 500).ToProblem();
        var (after, afterId) = ("", Guid.Empty);
        if (cursor is not null && (cursor.LastIndexOf('.') is not (>= 0 and var dot) || !Guid.TryParse(cursor[(dot + 1)..], out afterId) || (after = cursor[..dot]).Length == 0))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        var mine = (await teams.TeamsOf(actor.Ws, actor.AgentId, ct)).ToList();
        var all = actor.May(Permissions.ManageReplies);
        await using var db = storage.Read(actor.Ws);
        var rows = await Visible(db, actor, mine, all)
            .Where(reply => reply.Shortcut.CompareTo(after) > 0 || (reply.Shortcut == after && reply.Id > afterId))
            .OrderBy(reply => reply.Shortcut).ThenBy(reply => reply.Id).Take(limit + 1).ToListAsync(ct);
        var page = rows.Take(limit).ToList();
        return TypedResults.Ok(new ReplyList([.. page.Select(reply => ReplyItem.Of(reply, actor))], rows.Count > limit ? $"{page[^1].Shortcut}.{page[^1].Id}" : null));
    }

    /// <summary>Who manages the shared ones sees those of every team; nobody sees another's own.</summary>
    public static IQueryable<CannedReply> Visible(QueqiaoDb db, Actor actor, List<Guid> teams, bool all) => db.Table<CannedReply>()
        .Where(reply => reply.Ws == actor.Ws && (reply.OwnerId == null
            ? all || reply.TeamId == null || teams.Contains(reply.TeamId.Value)
            : reply.OwnerId == actor.AgentId));
}
