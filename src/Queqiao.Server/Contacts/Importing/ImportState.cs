using System.Text.Json;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>What an import is at. Stored: never rename one.</summary>
internal static class ImportPhase
{
    /// <summary>The file is there and nobody has asked for anything yet.</summary>
    public const string Draft = "draft";

    /// <summary>The whole file is gone through without changing anything.</summary>
    public const string Check = "check";
    public const string Import = "import";
}

/// <summary>What an import remembers of its file, sealed: names of files and of columns may name people.</summary>
/// <param name="Columns">How many the file has.</param>
/// <param name="Plan">The one that was checked or imported last.</param>
internal sealed record ImportMemory(string FileName, TableFormat Format, int Columns, ImportPlan? Plan = null)
{
    private const string Purpose = "contact import";
    private const string CellsPurpose = "contact import row";

    public byte[] Seal(IVault vault, int ws, Guid import) => vault.Seal(ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options), import);

    public static ImportMemory Of(ContactImport import, IVault vault) =>
        JsonSerializer.Deserialize<ImportMemory>(vault.Open(import.Ws, Purpose, import.Sealed, import.Id), TolerantJson.Options)!;

    public static byte[] SealCells(IVault vault, int ws, Guid import, IReadOnlyList<string> cells) =>
        vault.Seal(ws, CellsPurpose, JsonSerializer.SerializeToUtf8Bytes(cells, StrictJson.Options), import);

    public static IReadOnlyList<string> OpenCells(IVault vault, int ws, Guid import, byte[] cells) =>
        JsonSerializer.Deserialize<List<string>>(vault.Open(ws, CellsPurpose, cells, import), TolerantJson.Options)!;
}

/// <summary>What became of the rows of a file so far.</summary>
/// <param name="Unchanged">Already as the row says.</param>
/// <param name="PassedOver">By the plan.</param>
/// <param name="Duplicates">Of earlier rows.</param>
internal sealed record ImportCounts(int Added = 0, int Changed = 0, int Unchanged = 0, int PassedOver = 0, int Duplicates = 0, int Conflicts = 0, int Failed = 0)
{
    public int Rows => Added + Changed + Unchanged + PassedOver + Duplicates + Conflicts + Failed;

    public int Problems => Duplicates + Conflicts + Failed;

    public ImportCounts With(RowDecision decision) => decision switch
    {
        RowDecision.Add => this with { Added = Added + 1 },
        RowDecision.Change => this with { Changed = Changed + 1 },
        RowDecision.Same => this with { Unchanged = Unchanged + 1 },
        RowDecision.PassOver => this with { PassedOver = PassedOver + 1 },
        RowDecision.Refuse { Fault.Kind: RowFault.Duplicate } => this with { Duplicates = Duplicates + 1 },
        RowDecision.Refuse { Fault.Kind: RowFault.Conflict } => this with { Conflicts = Conflicts + 1 },
        _ => this with { Failed = Failed + 1 },
    };

    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    public static ImportCounts Of(string json) => JsonSerializer.Deserialize<ImportCounts>(json, TolerantJson.Options)!;
}
