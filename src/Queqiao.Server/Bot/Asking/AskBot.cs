using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Bot.Turning;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Asking;

/// <summary>
/// <c>POST /api/v1/bots/{id}/ask</c>: a trial. What the bot keeps in mind goes back to who asks and comes again with the next question,
/// so nothing is stored; actions are not called.
/// </summary>
internal static class AskBot
{
    private const int MostText = 2000;
    private const int MostState = 50_000;

    /// <param name="State">What the answer before gave; null: a new conversation.</param>
    /// <param name="Flow">A flow whose draft is tried instead of what is published: a new conversation begins with its first step.</param>
    /// <param name="Channel">A kind of channel, to hear what is said there; null: what is said where there is no text of its own.</param>
    public sealed record Request(string Text, string? State = null, Guid? Flow = null, string? Channel = null);

    /// <param name="Path">What decided: <c>person</c>, <c>anger</c>, <c>flow</c>, <c>chat</c>, <c>knowledge</c>, <c>facts</c>, <c>failing</c>.</param>
    /// <param name="Outcome"><c>stays</c>, <c>handed_over</c> or <c>resolved</c>.</param>
    /// <param name="Candidates">Entries that came near, best first.</param>
    public sealed record Answer(IReadOnlyList<Said> Messages, string Path, string Outcome, HandOver? HandOver, IReadOnlyList<Candidate> Candidates, string State);

    public sealed record Said(string Text, string Kind, string Brain, string? Entry, double? Score, IReadOnlyList<BotCitation> Citations, IReadOnlyList<BotButton> Buttons);

    public sealed record HandOver(string Reason, string Summary, JsonElement? Details);

    public sealed record Candidate(string Id, string Title, double Share);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, Brains brains, FlowShelf flows, StaffBoard staff, ActionRunner actions, Articles articles, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
            return Refusal.Invalid("text", "required").ToProblem();
        if (request.Text.Length > MostText)
            return Refusal.Invalid("text", "too_long", MostText).ToProblem();
        if (request.State?.Length > MostState)
            return Refusal.Invalid("state", "too_long", MostState).ToProblem();
        await using var db = storage.Read(actor.Ws);
        if (await db.Table<BotRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct) is not { } bot)
            return Refusal.NotFound().ToProblem();
        PublishedFlow? draft = null;
        if (request.Flow is { } wanted)
        {
            var row = await db.Table<BotFlowRow>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == wanted, ct);
            if (row is null)
                return Refusal.NotFound().ToProblem();
            if (await FlowPublishing.FaultsOf(db, actor.Ws, BotFlow.Of(row.Draft), ct) is { Count: > 0 } faults)
                return Refusal.Of(faults.Select(fault => (fault.Field, new FieldFault(fault.Code, fault.Argument ?? ""))))!.ToProblem();
            draft = new PublishedFlow(BotFlow.Of(row.Draft), 0) { Id = row.Id };
        }
        var memory = BotMemory.Of(request.State);
        var brain = await brains.Of(actor.Ws);
        var at = new Situation(BotProfile.Of(bot.Profile), brain, With(await flows.Of(actor.Ws, ct), draft), memory, request.Text.Trim())
        {
            Staff = await staff.Of(actor.Ws, ct),
            Now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            IsNew = request.State is null, Channel = request.Channel,
            Language = TurnTaking.LanguageOf(request.Text, memory.Language),
        };
        var thought = draft is not null && request.State is null ? FlowEngine.Begin(at, draft) : Mind.Think(at);
        for (var i = 0; thought.Call is not null && i < 8; i++)
        {
            var who = new ActionCaller(actor.Ws, Guid.Empty, "try", at.Language, IsVerified: true, DryRun: true);
            thought = FlowEngine.Continue(at with { Memory = thought.Memory }, thought, await actions.Run(who, thought.Call, ct));
        }
        return TypedResults.Ok(Of(await articles.Look(actor.Ws, at, thought, ct), at));
    }

    /// <summary>The draft in the place of the flow's versions.</summary>
    private static FlowBook With(FlowBook book, PublishedFlow? draft) => draft is null ? book : book with { All = [.. book.All.Where(one => one.Flow.Key != draft.Flow.Key), draft] };

    private static Answer Of(Thought thought, Situation at)
    {
        var given = (thought.Then as BotEnding.ToPeople)?.What;
        return new Answer(
            [.. thought.Words.Select(said => new Said(said.Text, said.Part.Kind, said.Part.Brain, said.Part.Entry, said.Part.Score, said.Part.Citations ?? [], said.Part.Buttons ?? []))],
            thought.Path,
            thought.Then switch { BotEnding.ToPeople => "handed_over", BotEnding.Done => "resolved", _ => "stays" },
            given is null ? null : new HandOver(given.Reason, given.Summary, given.Details is null ? null : JsonDocument.Parse(given.Details).RootElement),
            [.. at.Reply().Candidates.Take(5).Select(one => new Candidate(one.Id, at.Brain.TitleOf(one.Id) ?? "", Math.Round(one.Share, 3)))],
            thought.Memory.Json());
    }
}
