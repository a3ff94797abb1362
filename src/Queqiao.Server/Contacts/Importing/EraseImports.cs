using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>
/// What imports remember of a person. Rows that nothing came of, and files that were not imported yet, are under the workspace's key,
/// and nobody can tell whom they name without reading them all: they go altogether. They were kept for days anyway.
/// </summary>
internal sealed class EraseImports : IEraser
{
    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var (ws, people) = (erasure.Ws, erasure.Contacts.ToArray());
        var rows = unit.Db.Visible(Scope<ContactImportRow>.Workspace(ws));
        erasure.Counts["importRows"] = await rows.Where(row => row.ContactId != null && people.Contains(row.ContactId.Value)).ExecuteDeleteAsync(ct)
            + await rows.Where(row => row.Cells != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.Cells, (byte[]?)null), ct);
        var waiting = unit.Db.Table<ContactImport>().Where(import => import.Ws == ws && import.FileId != null && import.Phase != ImportPhase.Import);
        var files = await waiting.Select(import => import.FileId!.Value).ToListAsync(ct);
        foreach (var file in files)
            await ImportFiles.Discard(unit, ws, file, ct);
        await waiting.ExecuteUpdateAsync(set => set.SetProperty(import => import.FileId, (Guid?)null), ct);
        erasure.Counts["importFiles"] = files.Count;
    }
}
