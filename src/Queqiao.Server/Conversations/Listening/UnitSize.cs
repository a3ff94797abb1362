namespace Queqiao.Server.Conversations.Listening;

/// <summary>
/// How many entries listeners digest in one unit of work: as many as fit into 30 ms, by what the last unit took. Long enough that moving
/// the cursors costs little, short enough that a message behind it is still quick: on SQLite they share one writer (docs/decisions/0137).
/// </summary>
internal sealed class UnitSize
{
    private const int Least = 100;

    private static readonly TimeSpan Takes = TimeSpan.FromMilliseconds(30);

    private int _entries = Least;

    /// <summary>The entries of the next unit.</summary>
    public List<T> Next<T>(List<T> entries, int at) => entries.GetRange(at, Math.Min(_entries, entries.Count - at));

    /// <summary>A small unit says nothing of large ones.</summary>
    public void Learn(int entries, TimeSpan took)
    {
        if (entries >= Least)
            _entries = (int)Math.Clamp(entries * (Takes / took), Math.Max(Least, _entries / 2), Math.Min(ListenerTurn.MostAtOnce, _entries * 2));
    }
}
