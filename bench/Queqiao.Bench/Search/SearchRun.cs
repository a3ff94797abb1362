using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Runs;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Search;

/// <summary>
/// A store with so many messages, asked over REST by one colleague after another question: everything that a search costs, keys, scope
/// and check included. Beside it: how fast the index is filled, and what the engine alone does with the same tokens.
/// </summary>
internal sealed class SearchRun(Options options, BuiltServer built) : IRun
{
    private const int Warmup = 10;
    private const int Times = 100;

    public double Rank(JsonObject result) => (double)result["queries"]!["frequent"]!["p95Ms"]!;

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(1), ct);
        var texts = new SearchTexts(options.Texts);
        await using var store = await Store.Create(built, options, ct);
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var agent = (await site.Agents(2, ct))[0];

        var filled = await new SearchFill(site, texts, options.Messages).Run(ct);
        await Console.Error.WriteLineAsync($"filled at {filled:F0}/s");
        var behind = await Seconds(() => Caught(site, ct));
        await store.Settle(ct);
        var before = Consumption.Of(server, store);
        await site.OwnerPost("/api/v1/search/rebuild", new { }, ct);
        var rebuild = await Seconds(() => Caught(site, ct));
        var indexing = new JsonObject();
        Consumption.Of(server, store).AddTo(indexing, before);
        await Console.Error.WriteLineAsync($"index filled anew in {rebuild:F1} s");
        var hidden = await HideFromAgent(site, ct);
        await store.Settle(ct);

        var queries = new JsonObject();
        foreach (var (name, words) in SearchTexts.Asked)
            queries[name] = await Ask(site, words, cookie: null, "", ct);
        queries["byMessage"] = await Ask(site, SearchTexts.Asked[0].Words, cookie: null, "&type=messages&limit=50", ct);
        queries["scoped"] = await Ask(site, SearchTexts.Asked[0].Words, agent, "", ct);
        queries["scopedNothing"] = await Ask(site, SearchTexts.Asked[^1].Words, agent, "", ct);
        return new JsonObject
        {
            ["bench"] = "search",
            ["database"] = options.Database,
            ["messages"] = options.Messages,
            ["conversations"] = (options.Messages + SearchFill.PerConversation - 1) / SearchFill.PerConversation,
            ["hiddenFromScoped"] = hidden,
            ["fillPerSecond"] = Math.Round(filled),
            ["behindAfterFillSeconds"] = Math.Round(behind, 1),
            ["indexPerSecond"] = Math.Round(options.Messages / rebuild),
            ["indexing"] = indexing,
            ["queries"] = queries,
            ["engine"] = store.Postgres is { } postgres
                ? await PostgresSearchLimit.Measure(await postgres.CreateDatabase("limit_run", ct), texts, options.Messages, ct)
                : SqliteSearchLimit.Measure(Path.Combine(store.Folder, "limit.db"), texts, options.Messages, ct),
            ["idleStallMs"] = idleStall,
            ["cores"] = Environment.ProcessorCount,
            ["limits"] = ServerProcess.Limits,
        };
    }

    /// <summary>Nine conversations of ten are somebody else's.</summary>
    private static async Task<int> HideFromAgent(Site site, CancellationToken ct)
    {
        var other = (await site.OwnerGet("/api/v1/agents", ct)).GetProperty("items").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "Agent 1").GetProperty("id").GetString();
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await site.OwnerGet("/api/v1/conversations?limit=100" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)), ct);
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("id").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            if (cursor is null)
                break;
        }
        var hidden = ids.Where((_, i) => i % 10 > 0).ToList();
        await Site.ForEach(hidden, (id, stop) => site.OwnerPost($"/api/v1/conversations/{id}/assign", new { agentId = other }, stop), ct);
        return hidden.Count;
    }

    private static async Task<JsonObject> Ask(Site site, string[] words, string? cookie, string more, CancellationToken ct)
    {
        var times = new List<double>();
        var (items, cut) = (0, 0);
        for (var n = -Warmup; n < Times; n++)
        {
            var began = Clock.Now;
            var answer = await site.Get($"/api/v1/search?q={Uri.EscapeDataString(words[(n + Warmup) % words.Length])}{more}", cookie, ct);
            if (n < 0)
                continue;
            times.Add((Clock.Now - began) / (double)Clock.Second * 1000);
            items += answer.GetProperty("items").GetArrayLength();
            cut += answer.GetProperty("cut").GetBoolean() ? 1 : 0;
        }
        times.Sort();
        double At(double share) => Math.Round(times[(int)Math.Min(times.Count - 1, times.Count * share)], 1);
        return new JsonObject { ["p50Ms"] = At(.5), ["p95Ms"] = At(.95), ["maxMs"] = At(1), ["itemsOfPage"] = Math.Round(items / (double)Times, 1), ["cut"] = cut };
    }

    /// <summary>Until everything can be found.</summary>
    private static async Task Caught(Site site, CancellationToken ct)
    {
        while (true)
        {
            var status = await site.OwnerGet("/api/v1/search/status", ct);
            if (status.GetProperty("progress").GetDouble() >= 1 && !status.GetProperty("rebuilding").GetBoolean())
                return;
            await Task.Delay(100, ct);
        }
    }

    private static async Task<double> Seconds(Func<Task> work)
    {
        var began = Clock.Now;
        await work();
        return (Clock.Now - began) / (double)Clock.Second;
    }
}
