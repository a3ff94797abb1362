using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Notices;

/// <summary>Keeps notices for a quarter of a year, and has them mailed where the server writes mail.</summary>
internal sealed class NoticeBoard(IServerMail mail) : INotices
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
        await Write(unit, [.. agents.Distinct()], kind, about, ct);
    }

    private async Task Write(WriteUnit unit, IReadOnlyList<Guid> agents, string kind, string? about, CancellationToken ct)
    {
        var ws = unit.Ws;
        var workspace = await unit.Db.Table<Workspace>().Where(row => row.Ws == ws).Select(row => row.Name).SingleAsync(ct);
        foreach (var agent in await unit.Db.Table<Agent>().AsNoTracking().Where(row => row.Ws == ws && agents.Contains(row.Id) && row.DisabledAt == null).Select(row => new { row.Email, row.Name, row.Locale }).ToListAsync(ct))
            await mail.Post(unit, new Letter(kind, workspace, agent.Email, agent.Locale) { Name = agent.Name, About = about }, ct);
    }
}
