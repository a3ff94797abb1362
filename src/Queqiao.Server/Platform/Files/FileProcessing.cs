using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// What a whole upload goes through before anybody may fetch it: is it what it says, does the scanner find anything, and for images
/// the encoding anew. Each step can be repeated after a crash; the sweep does.
/// </summary>
internal sealed class FileProcessing(IStorageEngine storage, StoredFiles files, FileKeys keys, IFileStore store, UploadFolder uploads, IFileScanner scanner, Pictures pictures, Ids ids)
{
    private const int MediaPart = 256 * 1024;
    private static readonly TimeSpan CrashGuard = TimeSpan.FromMinutes(10);

    /// <summary>The first look: type, size in pixels, length, digest. Then <see cref="Look"/>.</summary>
    public async Task<(StoredFile File, Refusal? Refusal)> Complete(StoredFile row, CancellationToken ct)
    {
        await using (var content = (await files.Read(row, Variant.Upload, ct))!)
        {
            if (await Examine(row, content, ct) is { } code)
                return (await Refuse(row, code, ct), Unprocessable(code));
            row.Digest = await Digest(row, content, ct);
        }
        row.State = FileState.Scanning;
        row.NextAt = ids.Now() + (long)CrashGuard.TotalMilliseconds;
        await Change(row, set => set
            .SetProperty(file => file.State, row.State).SetProperty(file => file.Kind, row.Kind)
            .SetProperty(file => file.Width, row.Width).SetProperty(file => file.Height, row.Height).SetProperty(file => file.DurationMs, row.DurationMs)
            .SetProperty(file => file.Digest, row.Digest).SetProperty(file => file.NextAt, row.NextAt), ct);
        return await Look(row, ct) is { State: FileState.Refused or FileState.Infected } no ? (no, Unprocessable(no.State == FileState.Infected ? "file_infected" : no.Reason!)) : (row, null);
    }

    /// <summary>Scans, and makes what is served. May be called again after any interruption.</summary>
    public async Task<StoredFile> Look(StoredFile row, CancellationToken ct)
    {
        ScanVerdict verdict;
        await using (var content = await files.Read(row, Variant.Upload, ct))
        {
            if (content is null)
                return await BecomeReady(row, ct); // moved already, and killed before it was written down
            verdict = await scanner.Scan(content, ct);
        }
        return verdict switch
        {
            ScanVerdict.Clean => await Serve(row, ct),
            ScanVerdict.Found found => await Hold(row, found.Name, ct),
            _ => await Wait(row, ct),
        };
    }

    private static Refusal Unprocessable(string code) => new(StatusCodes.Status422UnprocessableEntity, code);

    private async Task<string?> Examine(StoredFile row, Stream content, CancellationToken ct)
    {
        var head = new byte[MediaPart];
        var length = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        var type = FileTypes.ByName((await files.View(row, ct)).Name)!;
        if (FileTypes.Check(type, head.AsSpan(0, Math.Min(length, FileTypes.HeadLength))) is { } wrong)
            return wrong;
        if (row.Kind == FileKind.Image)
            return ExamineImage(row, content);
        if (row.Kind is not (FileKind.Audio or FileKind.Video))
            return null;
        var known = MediaLength.Find(row.ContentType, head.AsSpan(0, length)) ?? MediaLength.Find(row.ContentType, await Tail(content, ct));
        row.DurationMs = known is { } time ? (int)time.TotalMilliseconds : null;
        return null;
    }

    private string? ExamineImage(StoredFile row, Stream content)
    {
        if (!pictures.Work)
        {
            row.Kind = FileKind.File;
            return null;
        }
        content.Position = 0;
        if (ImageHeader.Read(row.ContentType, content) is not var (width, height))
            return "image_unreadable";
        (row.Width, row.Height) = (width, height);
        return (long)width * height > ImageHeader.MostPixels ? "image_too_many_pixels" : null;
    }

    private static async Task<byte[]> Tail(Stream content, CancellationToken ct)
    {
        content.Position = Math.Max(0, content.Length - MediaPart);
        var tail = new byte[content.Length - content.Position];
        await content.ReadExactlyAsync(tail, ct);
        return tail;
    }

    private async Task<byte[]> Digest(StoredFile row, Stream content, CancellationToken ct)
    {
        using var hash = keys.Digest(row.Ws);
        var buffer = new byte[ChunkCipher.Plain];
        content.Position = 0;
        while (await content.ReadAsync(buffer, ct) is > 0 and var count)
            hash.AppendData(buffer, 0, count);
        return hash.GetHashAndReset();
    }

    private async Task<StoredFile> Serve(StoredFile row, CancellationToken ct)
    {
        if (row.Kind != FileKind.Image)
        {
            await store.Take(uploads.PathOf(row.Id), row.Ws, row.Id, Variant.Served, ct);
            return await BecomeReady(row, ct);
        }
        byte[] image;
        await using (var content = (await files.Read(row, Variant.Upload, ct))!)
        {
            image = new byte[content.Length];
            await content.ReadExactlyAsync(image, ct);
        }
        if (await pictures.Encode(row.ContentType, image, ct) is not { } picture)
            return await Refuse(row, "image_unreadable", ct);
        await Put(row, Variant.Served, picture.Bytes, ct);
        if (picture.Thumb is { } thumb)
            await Put(row, Variant.Thumb, thumb, ct);
        (row.Size, row.Width, row.Height, row.HasThumb) = (picture.Bytes.Length, picture.Width, picture.Height, picture.Thumb is not null);
        await BecomeReady(row, ct);
        uploads.Delete(row.Id); // only now: until it is written down the work can be done again
        return row;
    }

    private async Task Put(StoredFile row, byte variant, byte[] bytes, CancellationToken ct)
    {
        var path = uploads.PathOf(row.Id, variant);
        File.Delete(path);
        if (await files.Cipher(row, variant, ct) is not { } cipher)
            return; // the person was erased meanwhile
        using (var writer = new SealedWriter(path, cipher))
        {
            writer.Write(bytes);
            writer.End();
        }
        await store.Take(path, row.Ws, row.Id, variant, ct);
    }

    private async Task<StoredFile> BecomeReady(StoredFile row, CancellationToken ct)
    {
        row.State = FileState.Ready;
        var expires = row.CreatedAt + (long)FileLimits.Unsent.TotalMilliseconds;
        await Change(row, set => set
            .SetProperty(file => file.State, FileState.Ready).SetProperty(file => file.Size, row.Size).SetProperty(file => file.HasThumb, row.HasThumb)
            .SetProperty(file => file.Width, row.Width).SetProperty(file => file.Height, row.Height)
            .SetProperty(file => file.NextAt, file => file.ConversationId == null ? expires : (long?)null), ct);
        return row;
    }

    /// <summary>Keeps what the scanner found something in, out of everybody's reach.</summary>
    private async Task<StoredFile> Hold(StoredFile row, string found, CancellationToken ct)
    {
        (row.State, row.Reason) = (FileState.Infected, found.Length > 200 ? found[..200] : found);
        await Change(row, set => set
            .SetProperty(file => file.State, row.State).SetProperty(file => file.Reason, row.Reason).SetProperty(file => file.NextAt, (long?)null), ct);
        return row;
    }

    private async Task<StoredFile> Refuse(StoredFile row, string code, CancellationToken ct)
    {
        (row.State, row.Reason) = (FileState.Refused, code);
        await Change(row, set => set
            .SetProperty(file => file.State, row.State).SetProperty(file => file.Reason, code)
            .SetProperty(file => file.NextAt, file => file.ConversationId == null ? row.CreatedAt + (long)FileLimits.Unsent.TotalMilliseconds : (long?)null), ct);
        await files.DeleteBlobs(row.Ws, row.Id, ct);
        return row;
    }

    /// <summary>2, 4, 8 … seconds, at most 5 minutes.</summary>
    private async Task<StoredFile> Wait(StoredFile row, CancellationToken ct)
    {
        row.Tries++;
        row.NextAt = ids.Now() + Math.Min(300_000, 1000L << Math.Min(row.Tries, 10));
        await Change(row, set => set.SetProperty(file => file.Tries, row.Tries).SetProperty(file => file.NextAt, row.NextAt), ct);
        return row;
    }

    // Only while nobody erased or gave it up meanwhile.
    private Task<int> Change(StoredFile row, Action<UpdateSettersBuilder<StoredFile>> set, CancellationToken ct) =>
        storage.Run(row.Ws, (unit, stop) => unit.Db.Visible(Scope<StoredFile>.Workspace(row.Ws))
            .Where(file => file.Id == row.Id && (file.State == FileState.Uploading || file.State == FileState.Scanning)).ExecuteUpdateAsync(set, stop), ct);
}
