namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>Copies the store of one engine out and in, without the key tables' rows: those go into a <see cref="KeyCopy"/>.</summary>
internal interface IStoreCopy
{
    string Engine { get; }

    /// <summary>A consistent copy of the store as it is at one moment, while others write; the keys as of the same moment.</summary>
    Task<CopiedStore> Out(string folder, CancellationToken ct);

    /// <summary>Into a store that is empty.</summary>
    /// <exception cref="BackupRefusedException">It is not.</exception>
    Task In(string folder, BackupManifest manifest, IReadOnlyList<KeyRow> keys, CancellationToken ct);

}

/// <param name="Migration">The last migration of the store.</param>
/// <param name="Database">PostgreSQL: its name.</param>
/// <param name="Owner">PostgreSQL: the role that owns it.</param>
/// <param name="Keys">Rows of the key tables.</param>
internal sealed record CopiedStore(int Migration, string? Database, string? Owner, IReadOnlyList<KeyRow> Keys);
