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
    public sealed record PublishRequest(string Question, string? Answer = null, IReadOnlyList<string>? Similar = null, string? Kind = null, Guid? Entry = null);

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

    public static async Task<IResult> Publish(Guid id, PublishRequest request, Actor actor, KnowledgeGrowth growth, IKnowledge knowledge, IStorageEngine storage, IVault vault, HttpContext context, CancellationToken ct)
    {
        if (!actor.May(Permissions.PublishKnowledge))
            return Refusal.Forbidden().ToProblem();
        if (string.IsNullOrWhiteSpace(request.Question) || request.Question.Length > MostQuestion || request.Similar?.Any(one => one.Length is 0 or > MostQuestion) == true)
            return Refusal.Invalid("question", "too_long", MostQuestion).ToProblem();
        return await OnOne(id, actor, storage, SuggestionState.Open, async (unit, row, stop) =>
        {
            var kind = request.Kind ?? row.Kind;
            var language = SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id)).Language;
            if (kind == SuggestionKind.Similar)
            {
                if ((request.Entry ?? EntryOf(row)) is not { } faq || await growth.AddSimilar(unit, actor.Ws, faq, language, request.Question.Trim(), actor.AgentId, stop) is null)
                    return Refusal.Invalid("entry", "not_found").ToProblem();
                row.ItemId = faq;
            }
            else
            {
                if (string.IsNullOrWhiteSpace(request.Answer) || request.Answer.Length > MostAnswer)
                    return Refusal.Invalid("answer", "required").ToProblem();
                if ((await knowledge.Bases(actor.Ws, stop)).Count == 0)
                    return Refusal.Conflict("bot_no_knowledge_base").ToProblem();
                row.ItemId = await growth.AddFaq(unit, actor.Ws, language, request.Question.Trim(), request.Similar ?? [], request.Answer.Trim(), actor.AgentId, stop);
            }
            var known = SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id));
            row.Sealed = vault.Seal(actor.Ws, Learn.Purpose, (known with { Question = request.Question.Trim() }).Bytes(), row.Id); // what can be undone is what was published
            row.Kind = kind;
            Decide(unit, row, actor, SuggestionState.Published);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_suggestion.published", "bot_suggestion", id.ToString(), new { kind, item = row.ItemId }, stop);
            return TypedResults.NoContent();
        }, ct);
    }

    public static Task<IResult> Dismiss(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => OnOne(id, actor, storage, SuggestionState.Open, async (unit, row, stop) =>
    {
        Decide(unit, row, actor, SuggestionState.Dismissed);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_suggestion.dismissed", "bot_suggestion", id.ToString(), null, stop);
        return TypedResults.NoContent();
    }, ct);

    /// <summary>Takes a similar question out of the knowledge again.</summary>
    public static Task<IResult> Undo(Guid id, Actor actor, KnowledgeGrowth growth, IStorageEngine storage, IVault vault, HttpContext context, CancellationToken ct) =>
        OnOne(id, actor, storage, SuggestionState.Published, async (unit, row, stop) =>
        {
            if (row.Kind != SuggestionKind.Similar || row.ItemId is not { } faq)
                return Refusal.Conflict("bot_undo_in_knowledge").ToProblem();
            await growth.RemoveSimilar(unit, actor.Ws, faq, SuggestionText.Of(vault.Open(actor.Ws, Learn.Purpose, row.Sealed, row.Id)).Question, actor.AgentId, stop);
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
        row.Entry is { } entry ? new Nearest(entry.Split('/')[0], brain.TitleOf(entry) ?? entry, row.Score ?? 0) : null, row.Size, row.Recent, row.Earlier, row.ByItself,
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

    private static Guid? EntryOf(BotSuggestionRow row) => row.Entry is { } entry && Guid.TryParse(entry.Split('/')[0], out var id) ? id : null;
}
