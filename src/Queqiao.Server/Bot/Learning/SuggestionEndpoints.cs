using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Learning;

/// <summary><c>/api/v1/learning</c>: what bots could learn; looked at, changed where need be, and published by a person.</summary>
internal static class SuggestionEndpoints
{
    private const int MostItems = 100;
    private const int MostQuestion = 500;
    private const int MostAnswer = 20_000;

    /// <param name="Kind"><c>new_faq</c> or <c>similar</c>.</param>
    /// <param name="Recent">Asked in the last seven days; <paramref name="Earlier"/>: in the seven before.</param>
    /// <param name="Effect">After it was published: how often it was answered with, and how that was found.</param>
    public sealed record Item(
        Guid Id, string Kind, string State, string Name, string Question, string? Answer, IReadOnlyList<string> Examples, string Language, Nearest? Nearest, int Size, int Recent, int Earlier,
        bool ByItself, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt, Effect? Effect, IReadOnlyList<Asked> Asked);

    public sealed record Nearest(string Id, string Title, double Score);

    public sealed record Asked(Guid ConversationId, long Seq, DateTimeOffset At);

    public sealed record Effect(int Answered, int Helpful, int Unhelpful);

    public sealed record SuggestionList(IReadOnlyList<Item> Items, int Open);

    /// <param name="Kind">Null: as suggested.</param>
    /// <param name="Entry">For a similar question, the FAQ; null: the nearest.</param>
    /// <param name="Confirmed">Publish although other questions would be answered worse; they were looked at.</param>
    public sealed record PublishRequest(string Question, string? Answer = null, IReadOnlyList<string>? Similar = null, string? Kind = null, Guid? Entry = null, bool Confirmed = false);

    public sealed record Looked(int Questions);

    public static async Task<IResult> List(string? state, Actor actor, Brains brains, IStorageEngine storage, IVault vault, CancellationToken ct)
    {
        state ??= SuggestionState.Open;
        if (!SuggestionState.All.Contains(state))
            return Refusal.Invalid("state", "not_one_of", string.Join(", ", SuggestionState.All)).ToProblem();
        var brain = await brains.Of(actor.Ws);
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<BotSuggestionRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.State == state)
            .OrderByDescending(row => row.DecidedAt ?? 0).ThenByDescending(row => row.Size).ThenBy(row => row.Id).Take(MostItems).ToListAsync(ct);
        var ids = rows.Select(row => row.Id).ToList();
        var asked = (await db.Table<BotQuestionRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && ids.Contains(row.SuggestionId)).OrderByDescending(row => row.At).Take(1000).ToListAsync(ct)).ToLookup(row => row.SuggestionId);
        var items = new List<Item>();
        foreach (var row in rows)
            items.Add(Of(row, SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id)), brain, asked[row.Id], await EffectOf(db, row, ct)));
        return TypedResults.Ok(new SuggestionList(items, await db.Table<BotSuggestionRow>().CountAsync(row => row.Ws == actor.Ws && row.State == SuggestionState.Open, ct)));
    }

    public static async Task<IResult> Look(Actor actor, Learn learn, CancellationToken ct) => TypedResults.Ok(new Looked(await learn.Look(actor.Ws, ct)));

    /// <summary>The gate's word on what would be published; null where nothing would be different.</summary>
    public sealed record SuggestionTrial(TrialResult? Result);

    /// <summary>What publishing it so would do to other answers; nothing is stored.</summary>
    public static async Task<IResult> Try(Guid id, PublishRequest request, Actor actor, KnowledgeGrowth growth, IStorageEngine storage, IVault vault, CancellationToken ct) =>
        Faults(request, actor) is { } wrong ? wrong.ToProblem()
        : await Known(id, actor.Ws, storage, ct) is { } row ? TypedResults.Ok(new SuggestionTrial(await Trial(row, request, actor, growth, vault, ct)))
        : Refusal.NotFound().ToProblem();

    /// <summary>What other questions would be answered worse for is refused until somebody has seen it and confirms.</summary>
    public static async Task<IResult> Publish(Guid id, PublishRequest request, Actor actor, KnowledgeGrowth growth, IKnowledge knowledge, IStorageEngine storage, IVault vault, HttpContext context, CancellationToken ct)
    {
        if (Faults(request, actor) is { } wrong)
            return wrong.ToProblem();
        var trial = await Known(id, actor.Ws, storage, ct) is { } known ? await Trial(known, request, actor, growth, vault, ct) : null; // seconds of computing: before the transaction
        if (trial is { Worse.Count: > 0 } && !request.Confirmed)
            return Refusal.Conflict("knowledge_gate_worse", trial.Worse.Count, trial.Better.Count).ToProblem();
        return await OnOne(id, actor, storage, SuggestionState.Open, async (unit, row, stop) =>
        {
            if (await Grow(unit, row, request, actor, growth, knowledge, vault, stop) is { } refusal)
                return refusal.ToProblem();
            var text = SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id));
            row.Sealed = vault.Seal(actor.Ws, Learn.Purpose, (text with { Question = request.Question.Trim() }).Bytes(), row.Id); // what can be undone is what was published
            row.Kind = request.Kind ?? row.Kind;
            growth.Keep(unit, trial, row.ItemId!.Value, actor.AgentId);
            Decide(unit, row, actor, SuggestionState.Published);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_suggestion.published", "bot_suggestion", id.ToString(), new { kind = row.Kind, item = row.ItemId, worse = trial?.Worse.Count, better = trial?.Better.Count }, stop);
            return TypedResults.NoContent();
        }, ct);
    }

    private static Refusal? Faults(PublishRequest request, Actor actor) =>
        !actor.May(Permissions.PublishKnowledge) ? Refusal.Forbidden()
        : string.IsNullOrWhiteSpace(request.Question) || request.Question.Length > MostQuestion || request.Similar?.Any(one => one.Length is 0 or > MostQuestion) == true ? Refusal.Invalid("question", "too_long", MostQuestion)
        : null;

    private static async Task<BotSuggestionRow?> Known(Guid id, int ws, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<BotSuggestionRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id && row.State == SuggestionState.Open, ct);
    }

    private static Task<TrialResult?> Trial(BotSuggestionRow row, PublishRequest request, Actor actor, KnowledgeGrowth growth, IVault vault, CancellationToken ct)
    {
        var language = SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id)).Language;
        if ((request.Kind ?? row.Kind) == SuggestionKind.Similar)
            return (request.Entry ?? EntryOf(row)) is { } faq ? growth.TrySimilar(actor.Ws, faq, language, request.Question.Trim(), ct) : Task.FromResult<TrialResult?>(null);
        return string.IsNullOrWhiteSpace(request.Answer) ? Task.FromResult<TrialResult?>(null)
            : growth.TryFaq(actor.Ws, language, request.Question.Trim(), request.Similar ?? [], request.Answer.Trim(), actor.AgentId, ct);
    }

    private static async Task<Refusal?> Grow(WriteUnit unit, BotSuggestionRow row, PublishRequest request, Actor actor, KnowledgeGrowth growth, IKnowledge knowledge, IVault vault, CancellationToken ct)
    {
        var language = SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id)).Language;
        if ((request.Kind ?? row.Kind) == SuggestionKind.Similar)
        {
            if ((request.Entry ?? EntryOf(row)) is not { } faq || await growth.AddSimilar(unit, actor.Ws, faq, language, request.Question.Trim(), actor.AgentId, ct) is null)
                return Refusal.Invalid("entry", "not_found");
            row.ItemId = faq;
            return null;
        }
        if (string.IsNullOrWhiteSpace(request.Answer) || request.Answer.Length > MostAnswer)
            return Refusal.Invalid("answer", "required");
        if ((await knowledge.Bases(actor.Ws, ct)).Count == 0)
            return Refusal.Conflict("bot_no_knowledge_base");
        row.ItemId = await growth.AddFaq(unit, actor.Ws, language, request.Question.Trim(), request.Similar ?? [], request.Answer.Trim(), actor.AgentId, ct);
        return null;
    }

    public static Task<IResult> Dismiss(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => OnOne(id, actor, storage, SuggestionState.Open, async (unit, row, stop) =>
    {
        Decide(unit, row, actor, SuggestionState.Dismissed);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_suggestion.dismissed", "bot_suggestion", id.ToString(), null, stop);
        return TypedResults.NoContent();
    }, ct);

    /// <summary>Takes a similar question out of the knowledge again, or a new FAQ away from readers.</summary>
    public static Task<IResult> Undo(Guid id, Actor actor, KnowledgeGrowth growth, IStorageEngine storage, IVault vault, HttpContext context, CancellationToken ct) =>
        OnOne(id, actor, storage, SuggestionState.Published, async (unit, row, stop) =>
        {
            if (row.ItemId is not { } faq)
                return Refusal.NotFound().ToProblem();
            if (row.Kind == SuggestionKind.Similar)
                await growth.RemoveSimilar(unit, actor.Ws, faq, SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id)).Question, actor.AgentId, stop);
            else
                await growth.Withdraw(unit, actor.Ws, faq, actor.AgentId, stop);
            Decide(unit, row, actor, SuggestionState.Undone);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_suggestion.undone", "bot_suggestion", id.ToString(), new { faq }, stop);
            return TypedResults.NoContent();
        }, ct);

    private static void Decide(WriteUnit unit, BotSuggestionRow row, Actor actor, string state) =>
        (row.State, row.DecidedAt, row.DecidedBy, row.ChangedAt) = (state, unit.Ids.Now(), actor.AgentId, unit.Ids.Now());

    private static Task<IResult> OnOne(Guid id, Actor actor, IStorageEngine storage, string state, Func<WriteUnit, BotSuggestionRow, CancellationToken, Task<IResult>> act, CancellationToken ct) =>
        storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotSuggestionRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound().ToProblem();
            return row.State == state ? await act(unit, row, stop) : Refusal.Conflict("bot_suggestion_decided").ToProblem();
        }, ct);

    private static Item Of(BotSuggestionRow row, SuggestionText text, Brain brain, IEnumerable<BotQuestionRow> asked, Effect? effect) => new(
        row.Id, row.Kind, row.State, text.Name, text.Question, text.Answer, text.Examples, text.Language,
        row.Entry is { } entry ? new Nearest(BotEntry.IdOf(entry), brain.TitleOf(entry) ?? entry, row.Score ?? 0) : null, row.Size, row.Recent, row.Earlier, row.ByItself,
        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), row.DecidedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, effect,
        [.. asked.Take(10).Select(one => new Asked(one.ConversationId, one.Seq, DateTimeOffset.FromUnixTimeMilliseconds(one.At)))]);

    private static async Task<Effect?> EffectOf(QueqiaoDb db, BotSuggestionRow row, CancellationToken ct)
    {
        if (row.State != SuggestionState.Published || row.ItemId is not { } item)
            return null;
        string[] keys = [$"{item}/zh", $"{item}/en"];
        var turns = await db.Table<BotTurnRow>().Where(turn => turn.Ws == row.Ws && keys.Contains(turn.Entry) && turn.At >= row.DecidedAt && turn.Kind == BotSays.Answer)
            .GroupBy(turn => turn.Helpful).Select(group => new { group.Key, Count = group.Count() }).ToListAsync(ct);
        return new Effect(turns.Sum(one => one.Count), turns.Where(one => one.Key == 1).Sum(one => one.Count), turns.Where(one => one.Key == 0).Sum(one => one.Count));
    }

    private static Guid? EntryOf(BotSuggestionRow row) => row.Entry is { } entry && Guid.TryParse(BotEntry.IdOf(entry), out var id) ? id : null;
}
