using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>
/// Rules over several rows (the last owner, a tree without cycles) hold only when nobody changes the others meanwhile: whoever checks
/// one takes the workspace's row first. On SQLite the write lane is that lock already.
/// </summary>
internal static class WorkspaceLock
{
    public static Task Take(WriteUnit unit, CancellationToken ct) => unit.Db.Table<Workspace>()
        .Where(workspace => workspace.Ws == unit.Ws)
        .ExecuteUpdateAsync(set => set.SetProperty(workspace => workspace.CreatedAt, workspace => workspace.CreatedAt), ct);
}
