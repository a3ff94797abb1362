namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>A backup cannot be made, read or restored as things are.</summary>
internal sealed class BackupRefusedException : StoreRefusedException
{
    /// <param name="code">Of a text in <c>Messages.*.json</c>.</param>
    /// <param name="args">What the text names.</param>
    public BackupRefusedException(string code, params object[] args) : base(code) => (Code, Args) = (code, args);

    public object[] Args { get; }
}
