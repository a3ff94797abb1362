using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Cli;

/// <summary>What the command line asks for.</summary>
internal abstract record Command
{
    /// <param name="Storage">Where the data is.</param>
    /// <param name="Demo">Seed and show the demo shop.</param>
    /// <param name="Arguments">Everything else, as <c>--name=value</c> for the host's configuration.</param>
    public sealed record Serve(StorageOptions Storage, bool Demo, IReadOnlyList<string> Arguments) : Command;

    /// <param name="Storage">Where the data is.</param>
    /// <param name="Password">As given; <c>-</c>: the first line of the standard input.</param>
    /// <param name="Name">Null: the part of the address before the @.</param>
    /// <param name="Locale">Null: the language of the command line.</param>
    /// <param name="Workspace">Name of the workspace, when it has to be made.</param>
    public sealed record UserAdd(StorageOptions Storage, string Email, string Password, string Role, string? Name, string? Locale, string? Workspace) : Command;

    public sealed record Migrate(StorageOptions Storage) : Command;

    public sealed record ManageKeys(StorageOptions Storage, KeysWish What) : Command;

    /// <param name="Empty">Throw the index away first, because it is damaged.</param>
    public sealed record Reindex(StorageOptions Storage, bool Empty) : Command;

    /// <param name="Storage">Where the data is.</param>
    /// <param name="To">Folder in which the backup gets a folder of its own.</param>
    /// <param name="KeysTo">Folder for the keys, elsewhere.</param>
    /// <param name="PassphraseFile">Its first line seals the keys; null: they lie as they are in the store.</param>
    public sealed record Backup(StorageOptions Storage, string To, string KeysTo, string? PassphraseFile) : Command;

    public sealed record BackupVerify(string From, string? Keys, string? PassphraseFile) : Command;

    public sealed record Restore(StorageOptions Storage, string From, string Keys, string? PassphraseFile) : Command;

    /// <param name="Storage">Where the data is.</param>
    /// <param name="Json">For programs.</param>
    /// <param name="Arguments">Options as <c>serve</c> would get them.</param>
    public sealed record Doctor(StorageOptions Storage, bool Json, IReadOnlyList<string> Arguments) : Command;

    /// <param name="What">classify, sentiment, retrieve, match, cluster or bot.</param>
    /// <param name="Train">Labelled files.</param>
    /// <param name="Knowledge">The knowledge base (of a bot: its folder), or what is to be clustered.</param>
    /// <param name="Test">What is to be predicted.</param>
    /// <param name="Out">Where the predictions go.</param>
    /// <param name="Clusters">How many heaps.</param>
    public sealed record Evaluate(string What, IReadOnlyList<string> Train, string? Knowledge, string? Test, string Out, int Clusters) : Command;

    /// <param name="Storage">Where the data is.</param>
    /// <param name="Anchors">A file of anchors; null: the server's own, if it is there.</param>
    public sealed record AuditVerify(StorageOptions Storage, string? Anchors) : Command;

    /// <param name="Json">For programs.</param>
    public sealed record Check(StorageOptions Storage, bool Json) : Command;

    /// <param name="Out">The file: a line of JSON for each delivery.</param>
    /// <param name="Parked">Only those that could not be digested.</param>
    public sealed record ChannelRecord(StorageOptions Storage, Guid Channel, string Out, bool Parked) : Command;

    /// <param name="Channel">Where to; null: the channel by which they came.</param>
    /// <param name="Dry">Only say what would be read.</param>
    public sealed record ChannelReplay(StorageOptions Storage, string File, Guid? Channel, bool Dry) : Command;

    public sealed record Version : Command;

    public sealed record Help : Command;

    /// <summary>It cannot be meant.</summary>
    /// <param name="Code">Of the message.</param>
    /// <param name="Args">What the message names.</param>
    public sealed record Wrong(string Code, params object[] Args) : Command;
}

internal enum KeysWish
{
    Status,
    RotateRoot,
    RotateWorkspaces,
}
