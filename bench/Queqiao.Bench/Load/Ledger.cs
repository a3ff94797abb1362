namespace Queqiao.Bench.Load;

/// <summary>The book of a run: which message was sent when and by whom, what it was answered, how often it reached an agent. Written by one thread, without allocation.</summary>
internal sealed class Ledger(int capacity, int visitors)
{
    private readonly long[] _intended = new long[capacity];
    private readonly int[] _visitor = new int[capacity];
    private readonly int[] _seq = new int[capacity];
    private readonly byte[] _deliveries = new byte[capacity];
    private readonly long[] _lastSeq = new long[visitors];
    private readonly int[] _lastMessage = [.. Enumerable.Repeat(-1, visitors)];

    public int Capacity => capacity;

    public int Sent { get; private set; }

    public int Acked { get; private set; }

    /// <summary>Answered with an error frame.</summary>
    public int Refused { get; private set; }

    public int Delivered { get; private set; }

    /// <summary>Reached an agent's socket more than once.</summary>
    public int DuplicateDeliveries { get; private set; }

    /// <summary>Reached an agent's socket after a later message of the same conversation.</summary>
    public int ReorderedDeliveries { get; private set; }

    /// <summary>Acknowledged more than once, or with another seq.</summary>
    public int OddAcks { get; private set; }

    /// <summary>The code of the first error frame.</summary>
    public string? FirstRefusal { get; private set; }

    public bool IsFull => Sent == capacity;

    public int Unanswered => Sent - Acked - Refused;

    public int Send(int visitor, long intended)
    {
        var n = Sent++;
        _intended[n] = intended;
        _visitor[n] = visitor;
        return n;
    }

    public long IntendedAt(int n) => _intended[n];

    public int VisitorOf(int n) => _visitor[n];

    /// <summary>The seq it was acknowledged with; 0: it was not.</summary>
    public int SeqOf(int n) => _seq[n];

    public bool WasDelivered(int n) => _deliveries[n] > 0;

    /// <summary>False when this acknowledgement is not the first.</summary>
    public bool Ack(int n, long seq)
    {
        if (_seq[n] != 0 || seq <= 0)
        {
            OddAcks++;
            return false;
        }
        _seq[n] = checked((int)seq);
        Acked++;
        return true;
    }

    public void Refuse(string code)
    {
        FirstRefusal ??= code;
        Refused++;
    }

    /// <summary>Whether it is one of the book's: what else was refused is somebody else's.</summary>
    public bool Has(int n) => n >= 0 && n < Sent;

    /// <summary>False when it had been delivered before.</summary>
    public bool Deliver(int n, long seq)
    {
        if (_deliveries[n] > 0)
        {
            _deliveries[n] = 2;
            DuplicateDeliveries++;
            return false;
        }
        _deliveries[n] = 1;
        Delivered++;
        var visitor = _visitor[n];
        if (seq <= _lastSeq[visitor] || n <= _lastMessage[visitor])
            ReorderedDeliveries++;
        _lastSeq[visitor] = Math.Max(_lastSeq[visitor], seq);
        _lastMessage[visitor] = Math.Max(_lastMessage[visitor], n);
        return true;
    }
}
