using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Retrieving;

namespace Queqiao.Server.Bot.Knowing;

/// <summary>Keeps what knowledge has taught, so that a restart and another node need not learn it again.</summary>
internal sealed class LearntBook(IStorageEngine storage)
{
    /// <summary>Of a workspace; the oldest go.</summary>
    private const int Most = 12;

    /// <summary>What of it this version can use.</summary>
    public async Task<Func<string, Learnt?>> Of(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await db.Table<BotLearntRow>().AsNoTracking().Where(row => row.Ws == ws).ToDictionaryAsync(row => row.Digest, row => row.Learnt, ct);
        return digest => rows.TryGetValue(digest, out var json) ? Read(json) : null;
    }

    public Task Keep(int ws, IReadOnlyDictionary<string, Learnt> taught, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var rows = await unit.Db.Table<BotLearntRow>().Where(row => row.Ws == ws).OrderBy(row => row.At).ToListAsync(stop);
        foreach (var (digest, learnt) in taught)
        {
            if (rows.Find(row => row.Digest == digest) is { } known)
            {
                if (Read(known.Learnt) is null) // of another version, or broken: it would be learnt anew at every start
                    (known.Learnt, known.At) = (JsonSerializer.Serialize(learnt), unit.Ids.Now());
                continue;
            }
            unit.Db.Table<BotLearntRow>().Add(new BotLearntRow { Ws = ws, Digest = digest, Learnt = JsonSerializer.Serialize(learnt), At = unit.Ids.Now() });
            if (rows.FirstOrDefault(row => !taught.ContainsKey(row.Digest)) is { } oldest && rows.Count >= Most)
            {
                unit.Db.Table<BotLearntRow>().Remove(oldest);
                rows.Remove(oldest);
            }
        }
        await unit.Db.SaveChangesAsync(stop);
        return 0;
    }, ct);

    private static Learnt? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Learnt>(json) is { Ranking: not null, Decision: not null, Fits: true } learnt ? learnt : null;
        }
        catch (JsonException)
        {
            return null; // learnt anew
        }
    }
}
