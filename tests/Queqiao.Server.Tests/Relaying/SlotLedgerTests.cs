using Queqiao.Server.Conversations.Relaying;
using static Queqiao.Server.Conversations.Relaying.SlotLedger;

namespace Queqiao.Server.Tests.Relaying;

/// <summary>What a node has heard of the log: everything once, its own too.</summary>
public sealed class SlotLedgerTests
{
    private readonly SlotLedger _ledger = new();
    private readonly object _mine = new(), _also = new();

    public SlotLedgerTests() => _ledger.Begin([(3, 10)]);

    [Fact]
    public void What_others_wrote_is_read_from_where_this_node_stands()
    {
        Assert.Empty(_ledger.Behind(wanted: true));
        Assert.True(_ledger.Know(3, 12));
        Assert.Equal([(3, 10L)], _ledger.Behind(wanted: true));
        Assert.Equal(Verdict.New, _ledger.Meet(3, 11));
        Assert.Equal(Verdict.New, _ledger.Meet(3, 12));
        Assert.Empty(_ledger.Behind(wanted: true));
        Assert.False(_ledger.Know(3, 12)); // told twice
        Assert.Equal(Verdict.Ours, _ledger.Meet(3, 12));
    }

    [Fact]
    public void What_is_written_here_without_a_gap_is_never_read()
    {
        _ledger.Reserve(_mine, [new(3, 11, 13)]);
        Assert.Empty(_ledger.Behind(wanted: true));
        Assert.False(_ledger.Settle(_mine, [new(3, 11, 13)], committed: true));
        Assert.False(_ledger.Know(3, 13));
    }

    [Fact]
    public void Between_ones_own_the_others_are_read()
    {
        _ledger.Reserve(_mine, [new(3, 13, 14)]); // 11 and 12 are somebody else's
        Assert.Equal([(3, 10L)], _ledger.Behind(wanted: true));
        Assert.True(_ledger.Settle(_mine, [new(3, 13, 14)], committed: true));
        Assert.Equal([Verdict.New, Verdict.New], [_ledger.Meet(3, 11), _ledger.Meet(3, 12)]);
        Assert.Empty(_ledger.Behind(wanted: true));
        Assert.Equal([Verdict.Ours, Verdict.New], [_ledger.Meet(3, 14), _ledger.Meet(3, 15)]);
    }

    [Fact]
    public void An_own_entry_that_is_visible_before_its_transaction_says_so_waits_for_it()
    {
        _ledger.Reserve(_mine, [new(3, 11, 11)]);
        _ledger.Know(3, 12);
        Assert.Equal(Verdict.Later, _ledger.Meet(3, 11));
        Assert.True(_ledger.Settle(_mine, [new(3, 11, 11)], committed: true));
        Assert.Equal([(3, 11L)], _ledger.Behind(wanted: true));
        Assert.Equal(Verdict.New, _ledger.Meet(3, 12));
    }

    [Fact]
    public void Positions_of_a_transaction_that_was_lost_belong_to_whoever_took_them_next()
    {
        _ledger.Reserve(_mine, [new(3, 11, 12)]);
        _ledger.Know(3, 11); // the other node was faster than the bad news
        Assert.Equal(Verdict.Later, _ledger.Meet(3, 11));
        Assert.True(_ledger.Settle(_mine, [new(3, 11, 12)], committed: false));
        Assert.Equal(Verdict.New, _ledger.Meet(3, 11));

        _ledger.Reserve(_mine, [new(3, 12, 13)]);
        _ledger.Reserve(_also, [new(3, 12, 12)]); // taken again here before the first was known to be lost
        _ledger.Settle(_also, [new(3, 12, 12)], committed: true);
        Assert.Equal(Verdict.Ours, _ledger.Meet(3, 12));
        _ledger.Settle(_mine, [new(3, 12, 13)], committed: false);
        Assert.Empty(_ledger.Behind(wanted: true));
    }

    [Fact]
    public void While_nobody_is_here_nothing_is_read_and_later_only_what_came_later()
    {
        _ledger.Know(3, 500);
        Assert.Empty(_ledger.Behind(wanted: false));
        Assert.Empty(_ledger.Behind(wanted: true));
        _ledger.Know(3, 501);
        Assert.Equal([(3, 500L)], _ledger.Behind(wanted: true));
        Assert.Equal(1, _ledger.Lag);
    }
}
