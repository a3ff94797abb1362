using Queqiao.Server.Conversations.Log;

namespace Queqiao.Server.Conversations.Relaying;

/// <summary>Positions that one transaction of this node has taken in one slot.</summary>
internal readonly record struct SlotSpan(int Slot, long From, long To);

/// <summary>
/// What this node has heard of each slot of the log. Positions have no gaps, so whatever lies behind the last one heard and was not
/// written here was written by another node and must be read. Own transactions are entered before they commit: an entry that is
/// found in the database meanwhile is known for one's own, and is not told twice. Pure; thread-safe.
/// </summary>
internal sealed class SlotLedger
{
    public const int Slots = 64;

    private readonly Lock _gate = new();
    private readonly Track[] _tracks = [.. Enumerable.Range(0, Slots).Select(_ => new Track())];

    private sealed class Track
    {
        /// <summary>Everything up to here was told on this node, or nobody was there to be told.</summary>
        public long Heard;

        /// <summary>There is something up to here.</summary>
        public long Known;

        public List<Own> Own = [];
    }

    private sealed class Own(object transaction, long from, long to)
    {
        public object Transaction => transaction;

        public long From => from;

        public long To => to;

        public bool Committed;
    }

    /// <summary>What follows for an entry that was read.</summary>
    public enum Verdict
    {
        /// <summary>Of another node, and next in its slot: tell it.</summary>
        New,

        /// <summary>Written here, or told before: skip it.</summary>
        Ours,

        /// <summary>Written here, and its transaction has not said yet how it ended: come back when it has.</summary>
        Later,
    }

    /// <summary>Where the slots end when the node starts: nobody here has missed what is older.</summary>
    public void Begin(IEnumerable<(int Slot, long Position)> ends)
    {
        lock (_gate)
        {
            foreach (var (slot, position) in ends)
            {
                var track = _tracks[slot];
                (track.Heard, track.Known) = (Math.Max(track.Heard, position), Math.Max(track.Known, position));
                Advance(track);
            }
        }
    }

    /// <summary>A transaction of this node has taken these positions and will commit or not.</summary>
    public void Reserve(object transaction, IReadOnlyList<SlotSpan> spans)
    {
        lock (_gate)
        {
            foreach (var span in spans)
            {
                var track = _tracks[span.Slot];
                track.Known = Math.Max(track.Known, span.From - 1); // the slot was locked: what is before is committed
                track.Own.Add(new(transaction, span.From, span.To));
            }
        }
    }

    /// <summary>How that transaction ended. What it committed has been given to the feed before this.</summary>
    /// <returns>Whether something lies behind or between that must be read.</returns>
    public bool Settle(object transaction, IReadOnlyList<SlotSpan> spans, bool committed)
    {
        lock (_gate)
        {
            var behind = false;
            foreach (var slot in spans.Select(span => span.Slot))
            {
                var track = _tracks[slot];
                if (committed)
                {
                    foreach (var own in track.Own.Where(own => own.Transaction == transaction))
                    {
                        own.Committed = true;
                        track.Known = Math.Max(track.Known, own.To);
                    }
                }
                else
                {
                    track.Own.RemoveAll(own => own.Transaction == transaction);
                }
                Advance(track);
                behind |= track.Known > track.Heard;
            }
            return behind;
        }
    }

    /// <summary>Another node, or the table of slots, says how far a slot goes.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Know(int slot, long position)
    {
        lock (_gate)
        {
            var track = _tracks[slot];
            track.Known = Math.Max(track.Known, position);
            return track.Known > track.Heard;
        }
    }

    /// <summary>Where to read on. While nobody is here to be told, everything known counts as heard.</summary>
    /// <param name="wanted">Whether somebody is. Ask before this: who comes later reads the past from the database, after they were counted.</param>
    public List<(int Slot, long After)> Behind(bool wanted)
    {
        lock (_gate)
        {
            var behind = new List<(int Slot, long After)>();
            for (var slot = 0; slot < Slots; slot++)
            {
                var track = _tracks[slot];
                if (track.Known <= track.Heard)
                    continue;
                if (wanted)
                {
                    behind.Add((slot, track.Heard));
                }
                else
                {
                    track.Heard = track.Known;
                    Advance(track);
                }
            }
            return behind;
        }
    }

    /// <summary>An entry that was read, in the order of its slot.</summary>
    public Verdict Meet(int slot, long position)
    {
        lock (_gate)
        {
            var track = _tracks[slot];
            if (position <= track.Heard)
                return Verdict.Ours;
            var own = track.Own.Where(own => own.From <= position && position <= own.To).ToList();
            if (own.Count > 0 && !own.Exists(one => one.Committed))
                return Verdict.Later;
            track.Heard = position;
            track.Known = Math.Max(track.Known, position);
            Advance(track);
            return own.Count > 0 ? Verdict.Ours : Verdict.New;
        }
    }

    /// <summary>Entries known of and not told yet.</summary>
    public long Lag
    {
        get
        {
            lock (_gate)
                return _tracks.Sum(track => track.Known - track.Heard);
        }
    }

    /// <summary>Over what this node committed itself nothing needs to be read.</summary>
    private static void Advance(Track track)
    {
        while (track.Own.Find(own => own.Committed && own.From <= track.Heard + 1 && own.To > track.Heard) is { } next)
            track.Heard = next.To;
        track.Own.RemoveAll(own => own.To <= track.Heard && own.Committed);
    }

    /// <summary>The positions of a batch, slot by slot.</summary>
    public static List<SlotSpan> SpansOf(LogBatch batch) =>
        [.. batch.Entries.GroupBy(entry => entry.Slot).Select(slot => new SlotSpan(slot.Key, slot.Min(entry => entry.Position), slot.Max(entry => entry.Position)))];
}
