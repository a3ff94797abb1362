using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>Whether there is room for one more file.</summary>
internal sealed class FileQuota(IStorageEngine storage, FileLimits limits, Ids ids)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, Used> _workspaces = new();

    public async Task<Refusal?> Check(FileOwner owner, long size, CancellationToken ct)
    {
        if (await UsedBy(owner.Ws, ct) + size > limits.WorkspaceBytes)
            return new Refusal(StatusCodes.Status507InsufficientStorage, "file_quota_workspace");
        if (owner.Kind != FileOwner.Contact)
            return null;
        await using var db = storage.Read(owner.Ws);
        var since = ids.Now() - (long)Day.TotalMilliseconds;
        var today = await db.Visible(Scope<StoredFile>.Workspace(owner.Ws)).Where(file => file.OwnerKey == owner.Key && file.CreatedAt > since)
            .GroupBy(file => 1).Select(all => new { Count = all.Count(), Bytes = all.Sum(file => file.Size) }).SingleOrDefaultAsync(ct);
        return today is not null && (today.Count >= limits.VisitorFiles || today.Bytes + size > limits.VisitorBytes)
            ? new Refusal(StatusCodes.Status429TooManyRequests, "file_quota_visitor", limits.VisitorFiles, limits.VisitorBytes / 1024 / 1024)
            : null;
    }

    /// <summary>Counts what was just added; the database is asked again later.</summary>
    public void Added(FileOwner owner, long size)
    {
        if (_workspaces.TryGetValue(owner.Ws, out var used))
            Interlocked.Add(ref used.Bytes, size);
    }

    private async Task<long> UsedBy(int ws, CancellationToken ct)
    {
        if (_workspaces.TryGetValue(ws, out var known) && ids.Now() - known.Since < (long)Fresh.TotalMilliseconds)
            return Interlocked.Read(ref known.Bytes);
        await using var db = storage.Read(ws);
        var sum = await db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => file.State != FileState.Erased && file.State != FileState.Refused).SumAsync(file => file.Size, ct);
        _workspaces[ws] = new Used { Since = ids.Now(), Bytes = sum };
        return sum;
    }

    private sealed class Used
    {
        public required long Since { get; init; }
        public long Bytes;
    }
}
