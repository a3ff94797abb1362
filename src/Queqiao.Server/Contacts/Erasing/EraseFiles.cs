using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>A person's files: their keys are destroyed and their blobs deleted. Blobs are not in the database, so after the commit.</summary>
internal sealed class EraseFiles(StoredFiles files) : IEraser
{
    public async Task Look(QueqiaoDb db, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        erasure.Counts["files"] = await db.Visible(Scope<StoredFile>.Workspace(erasure.Ws)).LongCountAsync(file => file.ContactId != null && people.Contains(file.ContactId.Value) && file.State != FileState.Erased, ct);
    }

    public async Task Finish(Erasure erasure, CancellationToken ct)
    {
        var count = 0L;
        foreach (var contact in erasure.Contacts)
            count += await files.Erase(erasure.Ws, contact, ct);
        erasure.Counts["files"] = count;
    }
}
