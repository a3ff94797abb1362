using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>The uploaded files of imports: like all files encrypted, and gone once they were imported or a day has passed.</summary>
internal sealed class ImportFiles(StoredFiles files)
{
    /// <summary>While an import is at work on it a file outlives its day; should everything fail it goes after this.</summary>
    private static readonly TimeSpan AtWork = TimeSpan.FromDays(7);

    /// <summary>Null when it is gone.</summary>
    public async Task<Stream?> Open(int ws, Guid? file, CancellationToken ct) =>
        file is { } id && await files.Row(ws, id, ct) is { State: FileState.Ready, ConversationId: null } row ? await files.Read(row, Variant.Served, ct) : null;

    /// <summary>All records of a file; the stream is closed at the end.</summary>
    public static async IAsyncEnumerable<CsvRecord> Records(Stream file, TableFormat format, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using var text = format.Open(file);
        var reader = format.Read(text);
        while (await reader.Next(ct) is { } record)
            yield return record;
    }

    public static Task Hold(WriteUnit unit, int ws, Guid file, CancellationToken ct)
    {
        var until = unit.Ids.Now() + (long)AtWork.TotalMilliseconds;
        return Mine(unit, ws, file).Where(row => row.State == FileState.Ready).ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, until), ct);
    }

    /// <summary>From here on nobody can send or read it; the sweep deletes its bytes within seconds.</summary>
    public static Task Discard(WriteUnit unit, int ws, Guid file, CancellationToken ct) =>
        Mine(unit, ws, file).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, FileState.Expired).SetProperty(row => row.NextAt, (long?)0), ct);

    private static IQueryable<StoredFile> Mine(WriteUnit unit, int ws, Guid file) =>
        unit.Db.Visible(Scope<StoredFile>.Workspace(ws)).Where(row => row.Id == file && row.ConversationId == null);
}
