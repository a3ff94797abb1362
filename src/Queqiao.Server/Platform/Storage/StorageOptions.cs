namespace Queqiao.Server.Platform.Storage;

/// <summary>Where the data is.</summary>
internal sealed record StorageOptions
{
    /// <summary>Folder of the SQLite file, keys and files. <c>--data</c> or <c>QUEQIAO_DATA</c>; default <c>./data</c>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The owner's PostgreSQL connection string (<c>QUEQIAO_DATABASE</c>), or null for SQLite.</summary>
    public string? Database { get; init; }

    public bool UsesPostgres => !string.IsNullOrWhiteSpace(Database);

    public string SqliteFile => Path.Combine(DataFolder, "queqiao.db");
}
