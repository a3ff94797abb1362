namespace Queqiao.Server.Platform.Storage;

/// <summary>The store cannot be opened as it is; the message tells an administrator what to do.</summary>
internal class StoreRefusedException(string message, Exception? cause = null) : InvalidOperationException(message, cause)
{
    /// <summary>Of a text in the reader's language; null when there is only the message.</summary>
    public string? Code { get; init; }
}

/// <summary>Another process has the data folder.</summary>
internal sealed class StoreInUseException(string folder)
    : StoreRefusedException($"Another Queqiao process is using the data folder '{folder}'. Stop it first, or give this one another folder (--data).")
{
    public string Folder { get; } = folder;
}
