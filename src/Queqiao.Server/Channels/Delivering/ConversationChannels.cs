using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>By which channel conversations came.</summary>
internal static class ConversationChannels
{
    public static async Task<Dictionary<(int Ws, Guid Id), Guid>> Of(WriteUnit unit, IEnumerable<(int Ws, Guid Id)> conversations, CancellationToken ct)
    {
        var known = new Dictionary<(int Ws, Guid Id), Guid>();
        foreach (var workspace in conversations.Distinct().GroupBy(one => one.Ws, one => one.Id))
        {
            var ids = workspace.ToArray();
            foreach (var row in await unit.Db.Visible(Scope<ConversationHead>.Workspace(workspace.Key)).Where(head => ids.Contains(head.Id)).Select(head => new { head.Id, head.ChannelId }).ToListAsync(ct))
                known[(workspace.Key, row.Id)] = row.ChannelId;
        }
        return known;
    }
}
