using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Checking;

/// <summary>Which conversations were busy last, from the end of the index that lists use: however large the store is, a few hundred rows are read.</summary>
internal static class Recent
{
    public static async Task<List<Guid>> Ids(QueqiaoDb db, int ws, int most, CancellationToken ct)
    {
        var found = new List<(Guid Id, long At)>();
        foreach (var status in ConversationStatus.All)
        {
            var some = await db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => head.Status == status).OrderByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id)
                .Take(most).Select(head => new { head.Id, head.LastActivityAt }).ToListAsync(ct);
            found.AddRange(some.Select(one => (one.Id, one.LastActivityAt)));
        }
        return [.. found.OrderByDescending(one => one.At).Take(most).Select(one => one.Id)];
    }
}
