using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>Which form of a file a blob holds.</summary>
internal static class Variant
{
    /// <summary>What was uploaded, for as long as it is not through the checks.</summary>
    public const byte Upload = 0;

    /// <summary>What is served.</summary>
    public const byte Served = 1;

    /// <summary>A small picture of an image.</summary>
    public const byte Thumb = 2;
}

/// <summary>Where blobs are. What comes here is encrypted already: a store sees neither contents nor names.</summary>
internal interface IFileStore
{
    /// <summary>Takes a finished local file over as a blob; it is on disk (or acknowledged) when this returns, and the local file is gone.</summary>
    Task Take(string localPath, int ws, Guid file, byte variant, CancellationToken ct);

    /// <summary>A seekable stream; null when there is no such blob.</summary>
    Task<Stream?> Open(int ws, Guid file, byte variant, CancellationToken ct);

    /// <summary>Deletes a blob; true when it was there.</summary>
    Task<bool> Delete(int ws, Guid file, byte variant, CancellationToken ct);
}

/// <summary>Blobs as files below <c>DATA/files</c>, 256 folders for each workspace.</summary>
internal sealed class FolderStore(StorageOptions storage) : IFileStore
{
    private readonly string _root = Path.Combine(storage.DataFolder, "files");

    public Task Take(string localPath, int ws, Guid file, byte variant, CancellationToken ct)
    {
        var path = PathOf(ws, file, variant);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(localPath, path, overwrite: true);
        return Task.CompletedTask;
    }

    public Task<Stream?> Open(int ws, Guid file, byte variant, CancellationToken ct)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(ws, file, variant), new FileStreamOptions
            {
                Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = System.IO.FileOptions.Asynchronous, BufferSize = 0,
            }));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<bool> Delete(int ws, Guid file, byte variant, CancellationToken ct)
    {
        var path = PathOf(ws, file, variant);
        if (!File.Exists(path))
            return Task.FromResult(false);
        File.Delete(path);
        return Task.FromResult(true);
    }

    // Only numbers and hexadecimal digits: nothing of a name ever becomes part of a path. The last byte of a UUIDv7 is random.
    private string PathOf(int ws, Guid file, byte variant)
    {
        var id = file.ToString("N");
        return Path.Combine(_root, ws.ToString(System.Globalization.CultureInfo.InvariantCulture), id[^2..], $"{id}.{variant}");
    }
}

/// <summary>Files in the making: encrypted like blobs, always on this machine.</summary>
internal sealed class UploadFolder(StorageOptions storage)
{
    private readonly string _root = Path.Combine(storage.DataFolder, "files", "uploads");

    public string PathOf(Guid file, byte variant = Variant.Upload)
    {
        Directory.CreateDirectory(_root);
        return Path.Combine(_root, $"{file:N}.{variant}");
    }

    public void Delete(Guid file)
    {
        foreach (var variant in (byte[])[Variant.Upload, Variant.Served, Variant.Thumb])
            File.Delete(PathOf(file, variant));
    }
}
