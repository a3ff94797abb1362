namespace Queqiao.Text.Retrieving;

/// <summary>An entry that may be meant, and what speaks for it.</summary>
internal sealed class Candidate
{
    /// <summary>How many signals there are.</summary>
    public const int Count = PairSignals.Count + 7 + Kinship.Count + 2;

    /// <summary>Where the signals of the sentence vectors begin.</summary>
    public const int Sense = Count - 2;

    private double _likeness = double.NegativeInfinity;

    public Candidate(string id, int number, float byQuestion, float byEntry, float byText, double covered, double missing, double kin, double unsaid)
    {
        Id = id;
        Number = number;
        Signals[PairSignals.Count] = byQuestion;
        Signals[PairSignals.Count + 1] = byEntry;
        Signals[PairSignals.Count + 2] = byText;
        Signals[PairSignals.Count + 4] = covered;
        Signals[PairSignals.Count + 5] = Math.Min(missing, 4);
        Signals[PairSignals.Count + 6] = Unknown;
        Signals[Sense - 2] = kin;
        Signals[Sense - 1] = unsaid;
    }

    /// <summary>The logarithm of a probability that nobody knows.</summary>
    public const double Unknown = -6;

    public string Id { get; }

    public int Number { get; }

    public double[] Signals { get; } = new double[Count];

    /// <summary>How many of its questions were compared.</summary>
    public int Looked { get; private set; }

    /// <summary>The logarithm of the probability that a classifier gives it.</summary>
    public double Classified
    {
        get => Signals[PairSignals.Count + 6];
        set => Signals[PairSignals.Count + 6] = Math.Max(value, Unknown);
    }

    /// <summary>The same candidate where a classifier has only such a share of its probability left to give.</summary>
    public Candidate Among(double share)
    {
        var other = new Candidate(Id, Number, 0, 0, 0, 0, 0, 0, 0);
        Signals.CopyTo(other.Signals, 0);
        if (Classified > Unknown)
            other.Classified = Math.Min(0, Classified - Math.Log(share));
        return other;
    }

    /// <summary>Keeps how near its nearest question, and its text, are in sense.</summary>
    public void Mean(float question, float text)
    {
        Signals[Sense] = question;
        Signals[Sense + 1] = text;
    }

    /// <summary>How much speaks for it, by the ranking model.</summary>
    public double Logit { get; set; }

    /// <summary>Keeps what was found about the question that is most alike, and how the second one scored.</summary>
    public void Look(ReadOnlySpan<double> signals, ReadOnlySpan<double> kin, float score)
    {
        if (++Looked == 2)
            Signals[PairSignals.Count + 3] = score;
        var likeness = signals[2] + signals[5] + 0.5 * signals[6] + 0.2 * signals[7] + 0.2 * signals[8] + signals[9] + kin[0] + kin[1] + kin[2];
        if (likeness <= _likeness)
            return;
        _likeness = likeness;
        signals.CopyTo(Signals);
        kin.CopyTo(Signals.AsSpan(PairSignals.Count + 7));
    }
}
