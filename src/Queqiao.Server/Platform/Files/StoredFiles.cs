using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>A file as clients and messages name it.</summary>
internal sealed record FileView(
    Guid Id, string State, string Kind, string Name, string ContentType, long Size, int? Width, int? Height, int? DurationMs, bool HasThumb,
    Guid? ConversationId, bool IsPublic, string OwnerKind, Guid OwnerKey)
{
    /// <summary>Re-encoded images, audio and video are shown in place; everything else is only ever saved.</summary>
    public bool IsInline => Kind is FileKind.Image or FileKind.Audio or FileKind.Video;
}

/// <summary>The rows of files, and what opens their blobs.</summary>
internal sealed class StoredFiles(IStorageEngine storage, FileKeys keys, IFileStore store, UploadFolder uploads)
{
    public async Task<StoredFile?> Row(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Visible(Scope<StoredFile>.Workspace(ws)).SingleOrDefaultAsync(file => file.Id == id, ct);
    }

    /// <summary>What somebody uploaded; null when it is not theirs.</summary>
    public async Task<StoredFile?> Own(FileOwner owner, Guid id, CancellationToken ct) =>
        await Row(owner.Ws, id, ct) is { } row && row.OwnerKey == owner.Key && row.OwnerKind == owner.Kind ? row : null;

    public async Task<IReadOnlyList<FileView>> Views(int ws, IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => ids.Contains(file.Id)).ToListAsync(ct);
        return await Views(ws, rows, ct);
    }

    /// <summary>What was sent in a conversation, newest first.</summary>
    public async Task<IReadOnlyList<(FileView File, long At)>> Of(int ws, Guid conversation, long? before, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<StoredFile>.Workspace(ws))
            .Where(file => file.ConversationId == conversation && file.State != FileState.Erased && (before == null || file.CreatedAt < before))
            .OrderByDescending(file => file.CreatedAt).ThenByDescending(file => file.Id).Take(limit).ToListAsync(ct);
        var views = await Views(ws, rows, ct);
        return [.. rows.Select((row, i) => (views[i], row.CreatedAt))];
    }

    public async ValueTask<FileView> View(StoredFile row, CancellationToken ct) => (await Views(row.Ws, [row], ct))[0];

    public async ValueTask<IReadOnlyList<FileView>> Views(int ws, IReadOnlyCollection<StoredFile> rows, CancellationToken ct)
    {
        var known = await keys.Open(ws, rows, ct);
        return [.. rows.Select(row => View(row, known.GetValueOrDefault(row.Id)))];
    }

    private static FileView View(StoredFile row, byte[]? key)
    {
        var name = key is not null && row.Name is { } sealedName ? FileKeys.OpenName(key, row.Ws, row.Id, sealedName) : "";
        return new FileView(row.Id, key is null ? FileState.Erased : row.State, row.Kind, name, row.ContentType, row.Size, row.Width, row.Height, row.DurationMs, row.HasThumb,
            row.ConversationId, row.IsPublic, row.OwnerKind, row.OwnerKey);
    }

    /// <summary>What is in a blob; null when it is gone.</summary>
    public async Task<Stream?> Read(StoredFile row, byte variant, CancellationToken ct)
    {
        if (await Cipher(row, variant, ct) is not { } cipher)
            return null;
        var blob = variant == Variant.Upload
            ? File.Exists(uploads.PathOf(row.Id)) ? File.OpenRead(uploads.PathOf(row.Id)) : null
            : await store.Open(row.Ws, row.Id, variant, ct);
        if (blob is not null)
            return new SealedReader(blob, cipher, () => Damages.Note("file", row.Id.ToString(), row.Ws));
        cipher.Dispose();
        return null;
    }

    // What was uploaded becomes what is served by moving it, so the two count as one.
    public async ValueTask<ChunkCipher?> Cipher(StoredFile row, byte variant, CancellationToken ct) =>
        (await keys.Open(row.Ws, [row], ct)).GetValueOrDefault(row.Id) is { } key ? new ChunkCipher(key, row.Id, variant == Variant.Upload ? Variant.Served : variant) : null;

    /// <summary>Deletes everything but the row; true when there was something.</summary>
    public async Task<bool> DeleteBlobs(int ws, Guid id, CancellationToken ct)
    {
        uploads.Delete(id);
        var served = await store.Delete(ws, id, Variant.Served, ct);
        return await store.Delete(ws, id, Variant.Thumb, ct) || served;
    }

    /// <summary>Makes a person's files unreadable and deletes them; the rows stay, so that messages can say that something was there.</summary>
    /// <returns>How many.</returns>
    public async Task<int> Erase(int ws, Guid contactId, CancellationToken ct)
    {
        List<Guid> ids;
        await using (var db = storage.Read(ws))
        {
            ids = await db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => file.ContactId == contactId && file.State != FileState.Erased).Select(file => file.Id).ToListAsync(ct);
        }
        foreach (var id in ids)
        {
            // The key first: from here on nobody can read what a failing disk might keep.
            await storage.Run(ws, (unit, stop) => unit.Db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => file.Id == id).ExecuteUpdateAsync(set => set
                .SetProperty(file => file.State, FileState.Erased).SetProperty(file => file.SealedKey, (byte[]?)null).SetProperty(file => file.Name, (byte[]?)null)
                .SetProperty(file => file.Digest, (byte[]?)null).SetProperty(file => file.NextAt, (long?)null), stop), ct);
            await DeleteBlobs(ws, id, ct);
        }
        return ids.Count;
    }
}

/// <summary>Puts uploaded files into messages, inside the transaction that stores the message.</summary>
internal sealed class FileAttachments(StoredFiles files, FileKeys keys, Ids ids)
{
    /// <summary>Locks what is to be sent. Answers the files in the order they were named, or why they cannot be sent.</summary>
    public async Task<(IReadOnlyList<FileView>? Files, Refusal? Refusal)> Take(WriteUnit unit, FileOwner owner, IReadOnlyList<Guid> wanted, CancellationToken ct)
    {
        var mine = unit.Db.Visible(Scope<StoredFile>.Workspace(owner.Ws)).Where(file => wanted.Contains(file.Id) && file.OwnerKind == owner.Kind && file.OwnerKey == owner.Key);
        await mine.ExecuteUpdateAsync(set => set.SetProperty(file => file.Tries, file => file.Tries), ct); // locks the rows until the commit
        var rows = await mine.ToListAsync(ct);
        var taken = new List<StoredFile>(wanted.Count);
        foreach (var id in wanted)
        {
            if (rows.SingleOrDefault(row => row.Id == id) is not { } row)
                return (null, Refusal.Invalid("attachments", "file_unknown"));
            if (row.ConversationId is null && row.State is not (FileState.Ready or FileState.Scanning))
            {
                return (null, row.State == FileState.Uploading ? Refusal.Conflict("file_not_complete")
                    : new Refusal(StatusCodes.Status422UnprocessableEntity, row.State == FileState.Infected ? "file_infected" : "file_unknown"));
            }
            taken.Add(row);
        }
        return (await files.Views(owner.Ws, taken, ct), null);
    }

    /// <summary>Writes down where the files went. False: one of them belongs to another conversation already.</summary>
    public async Task<bool> Sent(WriteUnit unit, int ws, IReadOnlyList<Guid> sent, Guid conversation, Guid contact, bool isPublic, CancellationToken ct)
    {
        var now = ids.Now();
        foreach (var row in await unit.Db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => sent.Contains(file.Id)).ToListAsync(ct))
        {
            if (row.ConversationId is { } already && already != conversation)
                return false;
            var sealedKey = await keys.SealFor(unit, row, contact, ct);
            await unit.Db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => file.Id == row.Id).ExecuteUpdateAsync(set => set
                .SetProperty(file => file.ConversationId, conversation)
                .SetProperty(file => file.ContactId, contact)
                .SetProperty(file => file.SealedKey, sealedKey)
                .SetProperty(file => file.IsPublic, file => file.IsPublic || isPublic)
                .SetProperty(file => file.NextAt, file => file.State == FileState.Scanning ? now : (long?)null), ct);
        }
        return true;
    }

    /// <summary>What was said was taken back: the customer has the files no longer.</summary>
    public static Task<int> Withdraw(WriteUnit unit, int ws, IReadOnlyList<Guid> sent, CancellationToken ct) =>
        unit.Db.Visible(Scope<StoredFile>.Workspace(ws)).Where(file => sent.Contains(file.Id)).ExecuteUpdateAsync(set => set.SetProperty(file => file.IsPublic, false), ct);
}

/// <summary>Random keys.</summary>
internal static class FileKey
{
    public static byte[] New() => RandomNumberGenerator.GetBytes(32);
}
