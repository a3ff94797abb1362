using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>
/// At every start, before anybody is served: erasures that a crash interrupted are finished, and people who came back with a restored
/// backup are erased again.
/// </summary>
internal sealed class ErasureReplay(IStorageEngine storage, ErasureLedger ledger, ErasingContacts erasing) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var rows = await Rows(cancellationToken);
        var known = rows.ConvertAll(row => new LedgerLine(row.Ws, row.Id, IdsOf(row), row.At));
        foreach (var line in (await ledger.Lines(cancellationToken)).Concat(known).DistinctBy(line => (line.Ws, line.Id)))
        {
            if (await CameBack(line, cancellationToken))
                await erasing.Repeat(line, cancellationToken);
        }
        foreach (var row in rows.Where(row => row.FinishedAt is null))
            await erasing.Finish(row, new Erasure(row.Ws, IdsOf(row)), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<List<ErasureRow>> Rows(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await db.Table<ErasureRow>().AsNoTracking().OrderBy(row => row.At).ToListAsync(ct);
    }

    private async Task<bool> CameBack(LedgerLine line, CancellationToken ct)
    {
        var people = line.Contacts.ToArray();
        await using var db = storage.ReadSystem();
        return await db.Visible(Scope<ContactKeyRow>.Workspace(line.Ws)).AnyAsync(key => people.Contains(key.ContactId) && key.Wrapped != null, ct);
    }

    internal static Guid[] IdsOf(ErasureRow row) => [.. row.ContactIds.Split(',').Select(Guid.Parse)];
}
