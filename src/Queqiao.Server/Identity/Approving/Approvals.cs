using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary>What holds for approvals wherever they are touched.</summary>
internal static class Approvals
{
    /// <summary>How long a request waits, and how long an approved one may be fetched.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromHours(72);

    /// <summary>Requests of one person that wait at once.</summary>
    public const int MostWaiting = 20;

    /// <summary>Marks it done in the transaction of the deed: a deed that is there twice would find it spent.</summary>
    /// <exception cref="ApprovalSpentException">It was done, withdrawn or has expired: nothing of this transaction is kept.</exception>
    public static async Task Spend(WriteUnit unit, int ws, ApprovedRun run, CancellationToken ct)
    {
        if (!await Move(unit, ws, run.Approval, ApprovalState.Approved, ApprovalState.Done, ct))
            throw new ApprovalSpentException();
        unit.AfterCommit(() => run.Spent = true);
    }

    /// <summary>From one state to another, if it is still there. What is over keeps no request.</summary>
    public static async Task<bool> Move(WriteUnit unit, int ws, Guid id, string from, string to, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        return await unit.Db.Table<ApprovalRow>().Where(row => row.Ws == ws && row.Id == id && row.State == from)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, to).SetProperty(row => row.FinishedAt, now).SetProperty(row => row.Request, (byte[]?)null), ct) == 1;
    }
}

/// <summary>Somebody else was faster.</summary>
internal sealed class ApprovalSpentException() : Exception("The approval was spent already.");
