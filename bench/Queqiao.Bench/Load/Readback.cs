using System.Text;
using System.Text.Json;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Load;

/// <summary>Reads every conversation back by REST and holds it against the book.</summary>
internal sealed class Readback(Ledger ledger, Texts texts)
{
    private readonly int[] _stored = new int[ledger.Sent];
    private int _duplicated, _reordered, _altered, _renumbered;

    /// <summary>Stored more than once.</summary>
    public int Duplicated => _duplicated;

    /// <summary>Stored out of order: seq that do not rise, or a later message before an earlier one.</summary>
    public int Reordered => _reordered;

    /// <summary>Stored with another text, or by another visitor.</summary>
    public int Altered => _altered;

    /// <summary>Stored under another seq than the one acknowledged.</summary>
    public int Renumbered => _renumbered;

    public Task Run(Site site, IEnumerable<Visitor> visitors, CancellationToken ct) =>
        Site.ForEach(visitors, async (visitor, stop) => Check(visitor.Number, await site.Read(visitor.Conversation!, stop)), ct);

    /// <summary>Acknowledged, but not stored.</summary>
    public int NotStored => Enumerable.Range(0, ledger.Sent).Count(n => ledger.SeqOf(n) > 0 && _stored[n] == 0);

    /// <summary>Acknowledged, but no agent's socket got it.</summary>
    public int NotDelivered => Enumerable.Range(0, ledger.Sent).Count(n => ledger.SeqOf(n) > 0 && !ledger.WasDelivered(n));

    private void Check(int visitor, List<JsonElement> items)
    {
        var (lastSeq, lastMessage) = (0L, -1);
        foreach (var item in items)
        {
            var seq = item.GetProperty("seq").GetInt64();
            var rises = seq > lastSeq;
            lastSeq = Math.Max(lastSeq, seq);
            if (item.GetProperty("kind").GetString() != "message")
                continue;
            var n = Texts.NumberOf(Encoding.UTF8.GetBytes(item.GetProperty("clientId").GetString()!));
            if (n < 0 || n >= _stored.Length)
            {
                Interlocked.Increment(ref _altered);
                continue;
            }
            if (Interlocked.Increment(ref _stored[n]) > 1)
                Interlocked.Increment(ref _duplicated);
            if (!rises || n < lastMessage)
                Interlocked.Increment(ref _reordered);
            if (ledger.VisitorOf(n) != visitor || item.GetProperty("text").GetString() != texts.Of(n))
                Interlocked.Increment(ref _altered);
            if (ledger.SeqOf(n) > 0 && ledger.SeqOf(n) != seq)
                Interlocked.Increment(ref _renumbered);
            lastMessage = Math.Max(lastMessage, n);
        }
    }
}
