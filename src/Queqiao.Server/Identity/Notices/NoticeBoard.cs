using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Notices;

/// <summary>Keeps notices for a quarter of a year.</summary>
internal sealed class NoticeBoard : INotices
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    public async Task Tell(WriteUnit unit, IEnumerable<Guid> agents, string kind, string? about, object? detail, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var (ws, old) = (unit.Ws, now - (long)Kept.TotalMilliseconds);
        var text = detail is null ? null : JsonSerializer.Serialize(detail, detail.GetType(), StrictJson.Options);
        foreach (var agent in agents.Distinct())
        {
            await unit.Db.Table<Notice>().Where(notice => notice.Ws == ws && notice.AgentId == agent && notice.At < old).ExecuteDeleteAsync(ct);
            unit.Db.Table<Notice>().Add(new Notice { Ws = ws, AgentId = agent, Id = unit.Ids.New(), Kind = kind, About = about, Detail = text, At = now });
        }
        await unit.Db.SaveChangesAsync(ct);
    }
}
