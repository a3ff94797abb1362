using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Comparing;

/// <summary>The comparisons that run, in memory: every answer asks. A change on another node shows at its word, or within half a minute.</summary>
internal sealed class Experiments(IStorageEngine storage, ILogger<Experiments> log, CacheNews? news = null) : MemoryBoard("experiments", "Comparisons could not be read again", log, news)
{
    private volatile Dictionary<int, List<Running>> _running = [];

    private sealed record Running(Guid Id, Guid Item, IReadOnlyList<Variant> Variants);

    /// <summary>What a person is told instead of what is published, by entry.</summary>
    public IReadOnlyDictionary<string, string> For(int ws, Guid contact)
    {
        if (!_running.TryGetValue(ws, out var running))
            return Nothing;
        var instead = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in running)
        {
            var variant = Variants.For(one.Variants, one.Id, contact);
            foreach (var language in Languages)
            {
                if (variant.In(language) is { Length: > 0 } answer)
                    instead[$"{one.Item}/{language}"] = answer;
            }
        }
        return instead;
    }

    /// <summary>Which version of a flow a person begins instead of the published one, by the flow's id.</summary>
    public IReadOnlyDictionary<Guid, int> FlowsFor(int ws, Guid contact)
    {
        if (!_running.TryGetValue(ws, out var running))
            return NoFlows;
        var instead = new Dictionary<Guid, int>();
        foreach (var one in running)
        {
            if (Variants.For(one.Variants, one.Id, contact).Version is { } version)
                instead[one.Item] = version;
        }
        return instead;
    }

    private static readonly Dictionary<Guid, int> NoFlows = [];

    private static readonly string[] Languages = ["zh", "en"];

    public static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>Reads everything anew, here at once and on other nodes soon. Call after the commit.</summary>
    public async Task Changed(CancellationToken ct)
    {
        await Load(ct);
        Tell();
    }

    protected override async Task Load(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = await db.Table<BotExperimentRow>().AsNoTracking().Where(row => row.EndedAt == null).ToListAsync(ct);
        _running = rows.GroupBy(row => row.Ws).ToDictionary(group => group.Key, group => group.Select(row => new Running(row.Id, row.ItemId, Variants.Of(row.Variants))).ToList());
    }
}
