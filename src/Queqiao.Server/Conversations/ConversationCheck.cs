using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>Walks the log and the heads: every entry opens, and no position of a slot is missing.</summary>
internal sealed class ConversationCheck(IStorageEngine storage) : IDiagnosis
{
    private const short Slots = 64;
    private const int Page = 2000;
    private const int Named = 5;

    private readonly ConversationSeals _seals = new(storage, NullLogger<ConversationSeals>.Instance);

    public string Topic => "log";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        var (entries, damaged, missing) = (0L, new List<string>(), 0L);
        for (short slot = 0; slot < Slots; slot++)
        {
            await foreach (var page in Pages(slot, ct))
            {
                missing += page.Missing;
                foreach (var entry in await _seals.Entries(page.Rows, ct))
                {
                    entries++;
                    if (entry.Body is UnreadableEntry { Why: Unreadable.Damaged })
                        damaged.Add($"{entry.ConversationId}.{entry.Seq}");
                }
            }
        }
        var heads = await Heads(ct);
        return
        [
            damaged.Count == 0 ? new(Topic, Verdict.Ok, "doctor_log", entries) : new(Topic, Verdict.Fail, "doctor_log_damaged", damaged.Count, string.Join(", ", damaged.Take(Named))),
            .. missing == 0 ? Array.Empty<Finding>() : [new Finding(Topic, Verdict.Fail, "doctor_log_gaps", missing)],
            heads.Damaged.Count == 0 ? new(Topic, Verdict.Ok, "doctor_heads", heads.Count)
                : new(Topic, Verdict.Fail, "doctor_heads_damaged", heads.Damaged.Count, string.Join(", ", heads.Damaged.Take(Named))),
        ];
    }

    private async IAsyncEnumerable<(List<EntryRow> Rows, long Missing)> Pages(short slot, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = 0L; ;)
        {
            await using var db = storage.ReadSystem();
            var from = after;
            var rows = await db.Visible(Scope<EntryRow>.Everything("a check of the store reads every workspace"))
                .Where(entry => entry.Slot == slot && entry.Position > from).OrderBy(entry => entry.Position).Take(Page).ToListAsync(ct);
            if (rows.Count == 0)
                yield break;
            after = rows[^1].Position;
            yield return (rows, after - from - rows.Count);
        }
    }

    private async Task<(long Count, List<Guid> Damaged)> Heads(CancellationToken ct)
    {
        var (count, damaged, after) = (0L, new List<Guid>(), Guid.Empty);
        while (true)
        {
            await using var db = storage.ReadSystem();
            var from = after;
            var rows = await db.Visible(Scope<ConversationHead>.Everything("a check of the store reads every workspace"))
                .Where(head => head.Id.CompareTo(from) > 0).OrderBy(head => head.Id).Take(Page).ToListAsync(ct);
            if (rows.Count == 0)
                return (count, damaged);
            after = rows[^1].Id;
            count += rows.Count;
            foreach (var workspace in rows.GroupBy(head => head.Ws))
            {
                var ring = await _seals.People.LoadFor(workspace.Key, workspace.Select(head => head.Sealed?.Bytes), ct);
                damaged.AddRange(workspace.Where(head => ConversationSeals.IsDamaged(head, ring)).Select(head => head.Id));
            }
        }
    }
}
