using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// Uploads that may be interrupted: announced with name and size, sent in pieces, taken up again where the file on disk ends. The
/// database hears of an upload when it begins and when it is complete, not in between.
/// </summary>
internal sealed class FileUploads(IStorageEngine storage, StoredFiles files, FileKeys keys, UploadFolder uploads, FileQuota quota, FileProcessing processing, FileLimits limits, Ids ids)
{
    /// <summary>Whose file is open. Null: a piece is being added; else somebody looks where it ends, and says when that is done.</summary>
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource?> _busy = new();

    /// <summary>Announces a file. The answer is its row, or why it is not taken.</summary>
    public async Task<(StoredFile? File, Refusal? Refusal)> Begin(FileOwner owner, string? givenName, long size, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(givenName))
            return (null, Refusal.Invalid("name", "required"));
        if (size < 1)
            return (null, Refusal.Invalid("size", "file_empty"));
        var name = FileName.Clean(givenName);
        if (FileTypes.ByName(name) is not { } type)
            return (null, new Refusal(StatusCodes.Status422UnprocessableEntity, "file_type_not_allowed", FileName.ExtensionOf(name)));
        if (size > limits.Of(type.Kind))
            return (null, new Refusal(StatusCodes.Status413PayloadTooLarge, "file_too_large", limits.Of(type.Kind) / 1024 / 1024));
        if (await quota.Check(owner, size, ct) is { } full)
            return (null, full);

        var key = FileKey.New();
        var id = ids.New();
        var row = new StoredFile
        {
            Ws = owner.Ws, Id = id, State = FileState.Uploading, OwnerKind = owner.Kind, OwnerKey = owner.Key, Kind = type.Kind, ContentType = type.ContentType, Size = size,
            Name = FileKeys.SealName(key, owner.Ws, id, name), SealedKey = keys.Seal(owner.Ws, id, key), CreatedAt = ids.Now(), NextAt = ids.Now() + (long)FileLimits.Unsent.TotalMilliseconds,
        };
        await storage.Run(owner.Ws, async (unit, stop) =>
        {
            unit.Db.Add(row);
            return await unit.Db.SaveChangesAsync(stop);
        }, ct);
        quota.Added(owner, size);
        return (row, null);
    }

    /// <summary>How much of an upload has arrived and is on disk; all of it when it is complete.</summary>
    public async ValueTask<long> Offset(StoredFile row, CancellationToken ct)
    {
        if (row.State != FileState.Uploading)
            return row.Size;
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_busy.TryAdd(row.Id, looked))
            return SealedLength(row.Id);
        try
        {
            using var writer = await Writer(row, ct);
            return writer.Length;
        }
        finally
        {
            _busy.TryRemove(row.Id, out _);
            looked.SetResult();
        }
    }

    /// <summary>Adds a piece. When it was the last one, the file is looked at before this returns.</summary>
    /// <param name="row">Uploading.</param>
    /// <param name="offset">Where the piece belongs: the end of what is there, or it is refused.</param>
    /// <param name="piece">May break off: what came is kept.</param>
    public async Task<UploadAnswer> Add(StoredFile row, long offset, Stream piece, CancellationToken ct)
    {
        if (row.State != FileState.Uploading)
            return new UploadAnswer(row, row.Size, null);
        while (!_busy.TryAdd(row.Id, null))
        {
            if (!_busy.TryGetValue(row.Id, out var looked))
                continue; // free again meanwhile
            if (looked is null)
                return new UploadAnswer(row, SealedLength(row.Id), Refusal.Conflict("upload_busy") with { RetryAfter = TimeSpan.FromSeconds(1) });
            await looked.Task.WaitAsync(ct); // who asks where it ends must not cost a sender the piece
        }
        try
        {
            long length;
            using (var writer = await Writer(row, ct))
            {
                if (writer.Length != offset)
                    return new UploadAnswer(row, writer.Length, Refusal.Conflict("upload_offset"));
                if (!writer.Ended && await Receive(writer, row.Size, piece, ct) is { } refusal)
                    return new UploadAnswer(row, writer.Length, refusal);
                length = writer.Length;
                if (length == row.Size && !writer.Ended)
                    writer.End();
            }
            if (length < row.Size)
                return new UploadAnswer(row, length, null);
            // Whole: from here on a client that hangs up must not leave it half checked.
            return await processing.Complete(row, CancellationToken.None) is var (done, no) ? new UploadAnswer(done, length, no) : throw new InvalidOperationException();
        }
        catch (IOException full) when (IsDiskFull(full))
        {
            throw new StorageUnavailableException("storage_full", TimeSpan.FromMinutes(1), full);
        }
        finally
        {
            _busy.TryRemove(row.Id, out _);
        }
    }

    /// <summary>Gives up what was not sent yet. False: it was.</summary>
    public async Task<bool> Cancel(StoredFile row, CancellationToken ct)
    {
        var gone = await storage.Run(row.Ws, (unit, stop) => unit.Db.Visible(Scope<StoredFile>.Workspace(row.Ws))
            .Where(file => file.Id == row.Id && file.ConversationId == null)
            .ExecuteUpdateAsync(set => set.SetProperty(file => file.State, FileState.Expired).SetProperty(file => file.NextAt, 0L), stop), ct);
        return gone == 1; // the sweep deletes the bytes: a piece may be on its way still
    }

    // Nobody's key was destroyed: what is uploading was not sent to anybody yet.
    private async ValueTask<SealedWriter> Writer(StoredFile row, CancellationToken ct) => new(uploads.PathOf(row.Id), (await files.Cipher(row, Variant.Upload, ct))!);

    private static async Task<Refusal?> Receive(SealedWriter writer, long size, Stream piece, CancellationToken ct)
    {
        var buffer = new byte[ChunkCipher.Plain];
        try
        {
            while (await piece.ReadAsync(buffer, ct) is > 0 and var count)
            {
                if (writer.Length + count > size)
                    return new Refusal(StatusCodes.Status413PayloadTooLarge, "upload_too_long");
                writer.Write(buffer.AsSpan(0, count));
            }
            return null;
        }
        finally
        {
            writer.Pause(); // also when the connection broke: that is what resuming is for
        }
    }

    private long SealedLength(Guid id)
    {
        var file = new FileInfo(uploads.PathOf(id));
        return file.Exists ? ChunkCipher.PlainLength(file.Length) : 0;
    }

    /// <summary>ENOSPC (28), EDQUOT (122); ERROR_DISK_FULL (0x70), ERROR_HANDLE_DISK_FULL (0x27) on Windows.</summary>
    public static bool IsDiskFull(IOException trouble) => (trouble.HResult & 0xFFFF) is 28 or 122 or 0x70 or 0x27;
}

/// <param name="File">As it is now.</param>
/// <param name="Offset">How much has arrived.</param>
/// <param name="Refusal">Why the piece, or the whole file, was not taken.</param>
internal sealed record UploadAnswer(StoredFile File, long Offset, Refusal? Refusal);
