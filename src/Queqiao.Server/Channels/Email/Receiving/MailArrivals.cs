using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>
/// Mails that came in and are in no conversation yet. They are stored before anybody hears that they were taken, and digested one by
/// one: a mail that cannot be digested waits alone for an administrator, and costs no other.
/// </summary>
internal sealed class MailArrivals(IStorageEngine storage, IVault vault, DigestMail digest, IChannels channels, Ids ids, ILogger<MailArrivals> log)
{
    private const string Purpose = "mail arrival";
    private const int MostTries = 4;
    private const int AtOnce = 20;

    private static readonly long[] Waits = [5_000, 60_000, 600_000];

    private readonly ConcurrentDictionary<Guid, bool> _busy = new();

    /// <summary>Of each channel one after the other: the same mail that is brought twice at once must find itself.</summary>
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _turns = new();

    /// <summary>Adds a mail to what the unit saves.</summary>
    public Guid Put(WriteUnit unit, Guid channel, ReadOnlySpan<byte> mail)
    {
        var id = unit.Ids.New();
        var now = unit.Ids.Now();
        unit.Db.Add(new MailArrival
        {
            Ws = unit.Ws, Id = id, ChannelId = channel, ReceivedAt = now, Size = mail.Length, Body = vault.Seal(unit.Ws, Purpose, mail, id), State = ArrivalState.Waiting, NextAt = now,
        });
        return id;
    }

    /// <summary>Digests everything that is due at this clock.</summary>
    public async Task<int> RunDue(CancellationToken ct)
    {
        var all = 0;
        while (await Due(ct) is { Count: > 0 } due)
        {
            foreach (var (ws, id) in due)
                await Digest(ws, id, ct);
            all += due.Count;
        }
        return all;
    }

    private async Task<List<(int Ws, Guid Id)>> Due(CancellationToken ct)
    {
        var now = ids.Now();
        await using var db = storage.ReadSystem();
        var rows = await db.Visible(Scope<MailArrival>.Everything("mails of all workspaces are digested alike")).Where(mail => mail.NextAt != null && mail.NextAt <= now)
            .OrderBy(mail => mail.NextAt).ThenBy(mail => mail.Id).Take(AtOnce).Select(mail => new { mail.Ws, mail.Id }).ToListAsync(ct);
        return rows.ConvertAll(row => (row.Ws, row.Id));
    }

    /// <summary>Digests one now; another node, or another task of this one, may do it at the same time: nothing is stored twice.</summary>
    public async Task Digest(int ws, Guid id, CancellationToken ct)
    {
        if (!_busy.TryAdd(id, true))
            return;
        try
        {
            await using var db = storage.Read(ws);
            var row = await db.Visible(Scope<MailArrival>.Workspace(ws)).SingleOrDefaultAsync(mail => mail.Id == id, ct);
            if (row is not null)
                await InTurn(row, ct);
        }
        finally
        {
            _busy.TryRemove(id, out _);
        }
    }

    private async Task InTurn(MailArrival row, CancellationToken ct)
    {
        var turn = _turns.GetOrAdd(row.ChannelId, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct);
        try
        {
            await Digest(row, ct);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task Digest(MailArrival row, CancellationToken ct)
    {
        string? left;
        try
        {
            if (await channels.Find(row.ChannelId, ct) is not { Account: not null } channel)
                left = "channel_gone";
            else
                left = (await digest.Take(channel, vault.Open(row.Ws, Purpose, row.Body, row.Id), ct)).Left;
        }
        catch (StorageUnavailableException)
        {
            await Move(row, row.State, row.Reason, ids.Now() + Waits[0], row.Tries, ct);
            return;
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.Fault(LogLevel.Warning, trouble, $"A mail of the channel {row.ChannelId} could not be digested");
            var tries = row.Tries + 1;
            await Move(row, tries >= MostTries ? ArrivalState.Held : ArrivalState.Waiting, "failed", tries >= MostTries ? null : ids.Now() + Waits[tries - 1], tries, ct);
            return;
        }
        if (left is not null)
            await Move(row, ArrivalState.Left, left, null, row.Tries, ct);
        else
            await Forget(row.Ws, row.Id, ct);
    }

    public Task<int> Forget(int ws, Guid id, CancellationToken ct) =>
        storage.Run(ws, (unit, stop) => unit.Db.Visible(Scope<MailArrival>.Workspace(ws)).Where(mail => mail.Id == id).ExecuteDeleteAsync(stop), ct);

    /// <summary>Once more, from the beginning.</summary>
    public Task<int> Again(WriteUnit unit, Guid id, CancellationToken ct) => unit.Db.Visible(Scope<MailArrival>.Workspace(unit.Ws)).Where(mail => mail.Id == id && mail.State != ArrivalState.Waiting)
        .ExecuteUpdateAsync(set => set.SetProperty(mail => mail.State, ArrivalState.Waiting).SetProperty(mail => mail.Tries, 0).SetProperty(mail => mail.NextAt, ids.Now()), ct);

    /// <summary>A mail as it came; null: it is gone.</summary>
    public byte[] Open(MailArrival row) => vault.Open(row.Ws, Purpose, row.Body, row.Id);

    private Task<int> Move(MailArrival row, string state, string? reason, long? next, int tries, CancellationToken ct) =>
        storage.Run(row.Ws, (unit, stop) => unit.Db.Visible(Scope<MailArrival>.Workspace(row.Ws)).Where(mail => mail.Id == row.Id).ExecuteUpdateAsync(set => set
            .SetProperty(mail => mail.State, state).SetProperty(mail => mail.Reason, reason).SetProperty(mail => mail.NextAt, next).SetProperty(mail => mail.Tries, tries), stop), ct);
}
