using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary>Gives every wrap-up a row, so that they can be counted.</summary>
internal sealed class CountWrapUps : ILogListener
{
    public string Name => "conversations.wrap_ups";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        foreach (var workspace in entries.Where(entry => entry.Body is WrappedUp).GroupBy(entry => entry.Ws))
        {
            var ids = workspace.Select(entry => entry.ConversationId).Distinct().ToArray();
            var teams = await unit.Db.Visible(Scope<ConversationHead>.Workspace(workspace.Key)).Where(head => ids.Contains(head.Id)).Select(head => new { head.Id, head.TeamId }).ToDictionaryAsync(head => head.Id, head => head.TeamId, ct);
            foreach (var entry in workspace)
            {
                var said = (WrappedUp)entry.Body;
                unit.Db.Add(new WrapUpRow
                {
                    Ws = entry.Ws, ConversationId = entry.ConversationId, Seq = entry.Seq, CategoryId = said.CategoryId, ResultId = said.ResultId,
                    TeamId = teams.GetValueOrDefault(entry.ConversationId), AgentId = entry.Sender.Id, At = entry.At,
                });
            }
        }
        await unit.Db.SaveChangesAsync(ct);
    }
}
