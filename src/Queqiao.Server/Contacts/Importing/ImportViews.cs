using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <param name="Heading">Of the first record; without headings the column's letter.</param>
/// <param name="Samples">The first cells that say something.</param>
/// <param name="Guess">What it seems to hold.</param>
internal sealed record ImportColumn(string Heading, IReadOnlyList<string> Samples, string Guess);

/// <param name="State">draft, checking, checked, waiting, running, done, dead or cancelled.</param>
/// <param name="Columns">Null: the file is no longer there.</param>
/// <param name="Total">Rows in the file.</param>
/// <param name="Row">The last row that was dealt with.</param>
/// <param name="Reason">Why it is dead.</param>
/// <param name="HasProblems">There is a list of problems to look at.</param>
/// <param name="UndoUntil">Null: not yet, or no more.</param>
internal sealed record ImportView(
    Guid Id, string FileName, Guid By, string State, TableFormat Format, IReadOnlyList<ImportColumn>? Columns, ImportPlan? Plan, int Total, long? Row, ImportCounts Counts,
    bool HasProblems, string? Reason, string CreatedAt, string? FinishedAt, string? UndoUntil, ImportUndoView? Undo);

internal sealed record ImportUndoView(string State, int Undone, int NotUndone);

internal sealed record ImportList(IReadOnlyList<ImportView> Items, string? NextCursor);

/// <summary>Imports as they are shown.</summary>
internal sealed class ImportViews(IStorageEngine storage, IVault vault, ImportColumns columns, TimeProvider clock)
{
    /// <summary>So long what an import did is remembered, and can be taken back.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    public async Task<ContactImport?> Find(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<ContactImport>().AsNoTracking().SingleOrDefaultAsync(import => import.Ws == ws && import.Id == id, ct);
    }

    public async Task<ImportView?> View(int ws, Guid id, Locale locale, CancellationToken ct) =>
        await Find(ws, id, ct) is { } import ? (await Views(ws, [import], locale, withColumns: true, ct))[0] : null;

    public async Task<IReadOnlyList<ImportView>> Views(int ws, IReadOnlyList<ContactImport> imports, Locale locale, bool withColumns, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var ids = imports.SelectMany(import => (Guid?[])[import.JobId, import.UndoJobId]).OfType<Guid>().ToArray();
        var jobs = await db.Table<JobRow>().AsNoTracking().Where(job => job.Ws == ws && ids.Contains(job.Id)).ToDictionaryAsync(job => job.Id, ct);
        var views = new List<ImportView>();
        foreach (var import in imports)
        {
            var memory = ImportMemory.Of(import, vault);
            var job = import.JobId is { } id ? jobs.GetValueOrDefault(id) : null;
            var known = withColumns && import.FileId is not null ? await columns.Of(ws, import.FileId, memory.Plan?.Format ?? memory.Format, ct) : null;
            views.Add(View(import, memory, job, import.UndoJobId is { } undo ? jobs.GetValueOrDefault(undo) : null, known, locale));
        }
        return views;
    }

    /// <summary>Until when it can be taken back.</summary>
    public string? UndoUntil(ContactImport import, ImportCounts counts)
    {
        var until = import.FinishedAt + (long)Remembered.TotalMilliseconds;
        return import is { Phase: ImportPhase.Import, UndoJobId: null } && counts.Added + counts.Changed > 0 && until > clock.GetUtcNow().ToUnixTimeMilliseconds() ? WireTime.Format(until.Value) : null;
    }

    private ImportView View(ContactImport import, ImportMemory memory, JobRow? job, JobRow? undo, IReadOnlyList<ImportColumn>? known, Locale locale)
    {
        var counts = ImportCounts.Of(import.Counts);
        return new ImportView(
            import.Id, memory.FileName, import.ByAgent, StateOf(import, job), memory.Plan?.Format ?? memory.Format, known, memory.Plan, import.Total, job?.ProgressDone, counts,
            counts.Problems > 0, job is { State: JobState.Dead, Reason: { } reason } ? Messages.Text(locale, reason, job.ReasonArg ?? "", "") : null,
            WireTime.Format(import.CreatedAt), import.FinishedAt is { } end ? WireTime.Format(end) : null, UndoUntil(import, counts),
            import.UndoJobId is null ? null : new ImportUndoView(undo?.State switch { null => JobState.Done, JobState.Behind => JobState.Waiting, var state => state }, import.Undone, import.NotUndone));
    }

    public static string StateOf(ContactImport import, JobRow? job) => (import.Phase, job?.State) switch
    {
        (ImportPhase.Draft or ImportPhase.Check, _) when import.FileId is null => JobState.Cancelled, // thrown away, expired, or gone with an erasure
        (ImportPhase.Draft, _) => ImportPhase.Draft,
        (_, JobState.Dead or JobState.Discarded) => JobState.Dead,
        (ImportPhase.Check, JobState.Waiting or JobState.Behind or JobState.Running) => "checking",
        (ImportPhase.Check, JobState.Cancelled) => ImportPhase.Draft,
        (ImportPhase.Check, _) => "checked",
        (_, JobState.Waiting or JobState.Behind) => JobState.Waiting,
        (_, null) => JobState.Done, // cleaned away
        (_, var state) => state,
    };
}

/// <summary>The columns of a file, with what they seem to hold.</summary>
internal sealed class ImportColumns(ImportFiles files, CustomFields.ICustomFields custom)
{
    private const int Sampled = 50;
    private const int MostSamples = 3;
    private const int MostSample = 60;

    public async Task<IReadOnlyList<ImportColumn>?> Of(int ws, Guid? file, TableFormat format, CancellationToken ct)
    {
        if (await files.Open(ws, file, ct) is not { } stream)
            return null;
        var fields = await custom.Of(ws, CustomFields.FieldObject.Contact, ct);
        var records = new List<CsvRecord>();
        try
        {
            await foreach (var record in ImportFiles.Records(stream, format, ct))
            {
                records.Add(record);
                if (records.Count > Sampled)
                    break;
            }
        }
        catch (TableException)
        {
            // Whoever reads all of it says so; these are the columns of what could be read.
        }
        var (heads, rows) = format.HasHeader && records.Count > 0 ? (records[0].Cells, records.Skip(1).ToList()) : ([], records);
        var width = format.HasHeader && records.Count > 0 ? heads.Count : records.Select(record => record.Cells.Count).DefaultIfEmpty().Max();
        var found = new List<ImportColumn>();
        for (var i = 0; i < width; i++)
        {
            var cells = rows.Where(row => row.Cells.Count > i).Select(row => Csv.Clean(row.Cells[i])).Where(cell => cell.Length > 0).ToList();
            var heading = i < heads.Count ? Csv.Clean(heads[i]) : "";
            var guess = ColumnTarget.Guess(heading, cells, fields);
            found.Add(new ImportColumn(heading.Length > 0 ? heading : LetterOf(i), [.. cells.Take(MostSamples).Select(cell => cell.Length > MostSample ? cell[..MostSample] + "…" : cell)],
                !ColumnTarget.MayRepeat(guess) && found.Any(one => one.Guess == guess) ? ColumnTarget.Ignore : guess));
        }
        return found;
    }

    /// <summary>As spreadsheets call a column.</summary>
    internal static string LetterOf(int column) => column < 26 ? ((char)('A' + column)).ToString() : LetterOf((column / 26) - 1) + (char)('A' + (column % 26));
}
