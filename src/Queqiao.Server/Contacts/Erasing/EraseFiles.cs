using Queqiao.Server.Platform.Files;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>A person's files: their keys are destroyed and their blobs deleted. Blobs are not in the database, so after the commit.</summary>
internal sealed class EraseFiles(StoredFiles files) : IEraser
{
    public async Task Finish(Erasure erasure, CancellationToken ct)
    {
        var count = 0L;
        foreach (var contact in erasure.Contacts)
            count += await files.Erase(erasure.Ws, contact, ct);
        erasure.Counts["files"] = count;
    }
}
