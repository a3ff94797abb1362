namespace Queqiao.Text.Learning;

/// <summary>Numbers by chance that are the same in every run (SplitMix64).</summary>
internal struct Chance(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Below <paramref name="end"/>.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>From 0 to below 1.</summary>
    public float Share() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Roughly normal, of variance one.</summary>
    public float Normal() => (Share() + Share() + Share() + Share() - 2) * 1.7320508f;

    public void Shuffle(int[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
