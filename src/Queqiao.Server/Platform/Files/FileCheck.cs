using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>Reads every stored file to its end: each chunk opens, and none is missing.</summary>
internal sealed class FileCheck(IStorageEngine storage, StoredFiles files) : IDiagnosis
{
    private const int Page = 500;
    private const int Named = 5;

    public string Topic => "files";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        var (count, damaged, missing, after) = (0L, new List<Guid>(), new List<Guid>(), Guid.Empty);
        while (await Next(after, ct) is { Count: > 0 } rows)
        {
            after = rows[^1].Id;
            foreach (var row in rows)
            {
                count++;
                switch (await IsWhole(row, ct))
                {
                    case null: missing.Add(row.Id); break;
                    case false: damaged.Add(row.Id); break;
                }
            }
        }
        return
        [
            damaged.Count == 0 ? new(Topic, Verdict.Ok, "doctor_files", count) : new(Topic, Verdict.Fail, "doctor_files_damaged", damaged.Count, string.Join(", ", damaged.Take(Named))),
            .. missing.Count == 0 ? Array.Empty<Finding>() : [new Finding(Topic, Verdict.Fail, "doctor_files_missing", missing.Count, string.Join(", ", missing.Take(Named)))],
        ];
    }

    private async Task<List<StoredFile>> Next(Guid after, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await db.Visible(Scope<StoredFile>.Everything("a check of the store reads every workspace"))
            .Where(file => file.State == FileState.Ready && file.Id.CompareTo(after) > 0).OrderBy(file => file.Id).Take(Page).ToListAsync(ct);
    }

    private async Task<bool?> IsWhole(StoredFile row, CancellationToken ct)
    {
        try
        {
            await using var content = await files.Read(row, Variant.Served, ct);
            if (content is null)
                return null;
            await content.CopyToAsync(Stream.Null, ct);
            return true;
        }
        catch (Exception trouble) when (trouble is CryptographicException or DamagedException or EndOfStreamException)
        {
            return false;
        }
    }
}
