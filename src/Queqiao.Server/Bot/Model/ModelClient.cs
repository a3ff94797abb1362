using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Model;

/// <summary>
/// Asks a model where the offline brain is not sure. Any trouble (time, budget, a bad answer, nothing that holds) is null: the offline brain's
/// word stands. A model is never needed.
/// </summary>
internal sealed class ModelClient(IStorageEngine storage, IVault vault, GuardedHttp outside, TimeProvider clock, ILogger<ModelClient> log)
{
    private const int MostSources = 5;
    private const int MostBytes = 256 * 1024;

    /// <summary>Of the seconds that a customer waits at most: what the offline brain's answer takes afterwards.</summary>
    private static readonly TimeSpan OwnTime = TimeSpan.FromMilliseconds(800);

    /// <summary>So sure is the offline brain that a model could only make it slower.</summary>
    private const double SureEnough = 0.85;

    /// <param name="thought">What the offline brain came to.</param>
    /// <returns>The same, or an answer of the model.</returns>
    public async Task<Thought> Improve(int ws, Guid bot, string name, Situation at, Thought thought, CancellationToken ct)
    {
        var model = at.Profile.Model;
        if (!model.Enabled || !thought.MayAskModel || thought.Words is [{ Part: { Kind: BotSays.Answer, Score: >= SureEnough } }] || at.Memory.Flow is not null)
            return thought;
        var sources = Sources(at);
        if (sources.Count == 0)
            return thought; // no source, no answer
        var content = await Ask(ws, bot, model, ModelPrompt.Request(model, Policy(name, at.Language), sources, [.. at.Memory.Tried.TakeLast(4).Select(tried => tried.Asked)], at.Said), ct);
        if (content is null || ModelAnswer.Check(content, sources) is not { Count: > 0 } sentences)
            return thought;
        var said = ModelAnswer.Utter(sentences, "model:" + model.Name);
        var memory = at.Memory.With(new Tried(Words.Short(at.Said), BotSays.Answer, said.Part.Citations![0].Title)) with { Misses = 0, LastEntry = said.Part.Entry, Offers = [] };
        return new Thought([said], memory) { Path = "model" };
    }

    private static IReadOnlyList<Source> Sources(Situation at) =>
        [.. at.Reply().Candidates.Select(candidate => at.Entry(candidate.Id)).OfType<BotEntry>().Take(MostSources).Select((entry, i) => new Source($"k{i + 1}", entry))];

    private static string Policy(string name, string language) => language == "en"
        ? $"You are {name}, a support bot of the shop. Be polite and brief. Promise nothing that does not stand in the knowledge. Never claim to be a person."
        : $"你是{name}，店铺的客服机器人。礼貌、简短。知识里没有的不要承诺。不要自称真人。";

    /// <summary>Null: it did not answer, or the day's tokens are used up.</summary>
    internal async Task<string?> Ask(int ws, Guid bot, ModelSettings model, string body, CancellationToken ct) => (await Send(ws, bot, model, body, ct)).Content;

    /// <returns>The answer, or what went wrong (<see cref="ModelTrouble"/>).</returns>
    internal async Task<(string? Content, string? Trouble)> Send(int ws, Guid bot, ModelSettings model, string body, CancellationToken ct)
    {
        if (!await Reserve(ws, model, ct))
            return (null, ModelTrouble.Budget);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, model.BaseUrl.TrimEnd('/') + "/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            if (await KeyOf(ws, bot, ct) is { } key)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var client = outside.Client(new OutboundLimits(TimeSpan.FromSeconds(model.TimeoutSeconds) - OwnTime, MostBytes, MaxRedirects: 0));
            using var response = await client.SendAsync(request, ct);
            var text = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(ct) : null;
            var (content, tokens) = text is null ? (null, 0) : Read(text);
            await Spend(ws, tokens, content is null, ct);
            return (content, content is not null ? null : text is null ? ModelTrouble.Of(response.StatusCode) : ModelTrouble.NotJson);
        }
        catch (Exception trouble) when (trouble is HttpRequestException or OutboundRefusedException or IOException or JsonException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.Fault(LogLevel.Warning, trouble, "The model did not answer; the offline brain does"); // never what was asked
            await Spend(ws, 0, failed: true, ct);
            return (null, ModelTrouble.Of(trouble));
        }
    }

    /// <summary>The first choice's words and the tokens of both ways.</summary>
    internal static (string? Content, long Tokens) Read(string answer)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        var content = root.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
            && choices[0].TryGetProperty("message", out var message) && message.TryGetProperty("content", out var words) && words.ValueKind == JsonValueKind.String ? words.GetString() : null;
        var tokens = root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty("total_tokens", out var total) && total.TryGetInt64(out var sum) ? sum : answer.Length / 3;
        return (content, tokens);
    }

    private async Task<string?> KeyOf(int ws, Guid bot, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var stored = await db.Table<BotRow>().AsNoTracking().Where(row => row.Ws == ws && row.Id == bot).Select(row => row.SealedModelKey).SingleOrDefaultAsync(ct);
        return stored is null ? null : Encoding.UTF8.GetString(vault.Open(ws, BotEndpoints.KeyPurpose, stored, bot));
    }

    private string Today => clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private async Task<bool> Reserve(int ws, ModelSettings model, CancellationToken ct)
    {
        var day = Today;
        await using var db = storage.Read(ws);
        return (await db.Table<BotSpendRow>().AsNoTracking().Where(row => row.Ws == ws && row.Day == day).Select(row => (long?)row.Tokens).SingleOrDefaultAsync(ct) ?? 0) < model.DailyTokens;
    }

    private Task<bool> Spend(int ws, long tokens, bool failed, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var day = Today;
        var row = await unit.Db.Table<BotSpendRow>().SingleOrDefaultAsync(row => row.Ws == ws && row.Day == day, stop);
        if (row is null)
            unit.Db.Table<BotSpendRow>().Add(row = new BotSpendRow { Ws = ws, Day = day, Calls = 0, Tokens = 0, Failures = 0 });
        (row.Calls, row.Tokens, row.Failures) = (row.Calls + 1, row.Tokens + tokens, row.Failures + (failed ? 1 : 0));
        await unit.Db.SaveChangesAsync(stop);
        return true;
    }, ct);
}
