using Queqiao.Server.Bot.Codes;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Text.Answering;
using Queqiao.Text.Folding;

namespace Queqiao.Server.Bot.Flows;

/// <summary>Walks a flow: pure. It stops where it waits for the customer or for an action, and goes on with what came of it.</summary>
internal static class FlowEngine
{
    /// <summary>A flow that leads in a circle without asking ends here.</summary>
    private const int MostSteps = 60;

    /// <summary>A number may be mistyped once.</summary>
    private const int LeastPatience = 2;

    /// <summary>How sure the brain must be that an answer to a free question is a question of its own.</summary>
    private const double Digression = 0.6;

    public static Thought Begin(Situation at, PublishedFlow flow)
    {
        var memory = at.Memory with { LastEntry = null, Misses = 0, Offers = [] };
        if (memory.Flow is { } other)
            memory = memory with { Paused = [.. memory.Paused.TakeLast(2), other], Flow = null };
        memory = memory.With(new Tried(Words.Short(at.Said), BotSays.Flow, flow.Flow.Title));
        return Walk(at with { Memory = memory }, new(flow, memory, []), flow.Flow.Steps[0].Id, isBegin: true);
    }

    /// <summary>The answer to what a flow asked; null: it is a question of its own.</summary>
    public static Thought? Hear(Situation at, Offer? offered)
    {
        var run = at.Memory.Flow!;
        if (at.Flows.Find(run.Flow, run.Version) is not { } flow || flow.Flow.Step(run.Step) is not { } step)
            return Mind.Think(at with { Memory = at.Memory with { Flow = null } }); // the flow is gone
        if (Chat.Of(at.Said) == ChatKind.Cancel)
            return Finish(at, new(flow, at.Memory, [Say(at.Text("bot_cancelled"), flow)]));
        var walk = new FlowWalk(flow, at.Memory with { Offers = [] }, []);
        switch (step.Kind)
        {
            case StepKind.Choose when Choice(at, step, offered) is { } choice:
                return Walk(at, walk.Knowing(step.Slot, choice), Next(flow.Flow, step));
            case StepKind.Confirm when Confirmed(at.Said, offered) is { } yes:
                return Walk(at, walk, step.Exit(yes ? "yes" : "no") ?? (yes ? Below(flow.Flow, step) : null));
            case StepKind.Ask when !IsDigression(at, step) && SlotReader.Read(step.Type ?? SlotType.Text, at.Said, At(at.Now)) is { } value:
                return Walk(at, walk.Knowing(step.Slot, value), Next(flow.Flow, step));
            case StepKind.Verify when CodeCall(at) is { } call:
                return new Thought([], at.Memory, Call: call) { Path = "flow" };
        }
        return at.Reply().Kind is ReplyKind.Answer or ReplyKind.Facts or ReplyKind.Person ? null : AskAgain(at, flow, step, run);
    }

    /// <summary>What somebody says who is to prove who they are; null: something else.</summary>
    private static ActionCall? CodeCall(Situation at)
    {
        if (at.Memory.Code is { Id: var id } sent && id != Guid.Empty)
        {
            return CodeRules.CodeIn(at.Said) is { } code ? new ActionCall(ActionNames.CheckCode, new Dictionary<string, string> { ["code"] = code })
                : CodeRules.WantsAnother(at.Said) ? new ActionCall(ActionNames.SendCode, sent.To is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["to"] = sent.To })
                : null;
        }
        return CodeRules.AddressIn(at.Said, At(at.Now)) is { } address ? new ActionCall(ActionNames.SendCode, new Dictionary<string, string> { ["to"] = address }) : null;
    }

    /// <summary>Goes on with what came of an action.</summary>
    public static Thought Continue(Situation at, Thought before, ActionAnswer answer)
    {
        var run = before.Memory.Flow!;
        var flow = at.Flows.Find(run.Flow, run.Version)!;
        var step = flow.Flow.Step(run.Step)!;
        var walk = new FlowWalk(flow, before.Memory, [.. before.Words]);
        if (step.Kind == StepKind.Verify)
            return Verifying(at, walk, step, answer);
        foreach (var (name, value) in answer.Values)
            walk = walk.Knowing(step.Slot is null ? name : $"{step.Slot}.{name}", value);
        if (answer.Outcome != ActionOutcome.Ok)
        {
            run = run with { Failed = run.Failed + 1 };
            walk = walk with { Memory = walk.Memory with { Flow = run } };
            if (run.Failed >= Math.Max(LeastPatience, at.Profile.Patience))
                return Give(at, walk, null, HandOverReason.Failing); // a flow that leads back to its question would ask for ever
        }
        var exit = step.Exit(answer.Outcome) ?? (answer.Outcome == ActionOutcome.Ok ? Below(flow.Flow, step) : answer.Outcome == ActionOutcome.NotFound ? step.Exit(ActionOutcome.Failed) : null);
        return exit is null && answer.Outcome != ActionOutcome.Ok ? Give(at, walk, null) : Walk(at, walk, exit);
    }

    /// <summary>After a digression: what the flow waits for, once more.</summary>
    public static Thought Return(Situation at, Thought aside)
    {
        if (aside.Memory.Flow is not { } run || at.Flows.Find(run.Flow, run.Version) is not { } flow || flow.Flow.Step(run.Step) is not { } step || aside.Call is not null
            || run != at.Memory.Flow)
            return aside;
        var (prompt, offers) = Prompt(at, flow, step, new(flow, aside.Memory, []));
        return aside with { Words = [.. aside.Words, prompt with { Text = at.Text("bot_return") + "\n" + prompt.Text }], Memory = aside.Memory with { Offers = offers } };
    }

    private static Thought Walk(Situation at, FlowWalk walk, string? to, bool isBegin = false)
    {
        for (var i = 0; i < MostSteps && to is not null; i++)
        {
            if (walk.Of.Flow.Step(to) is not { } step)
                break;
            walk = walk.At(step);
            switch (step.Kind)
            {
                case StepKind.Say:
                    walk = walk.Saying(Say(walk.Fill(step.Text), walk.Of));
                    to = Next(walk.Of.Flow, step);
                    break;
                case StepKind.Set:
                    walk = walk.Knowing(step.Slot, walk.Fill(step.Text));
                    to = Next(walk.Of.Flow, step);
                    break;
                case StepKind.If:
                    to = step.Exit(walk.Holds(step.Test!) ? "then" : "else") ?? Below(walk.Of.Flow, step);
                    break;
                case StepKind.Ask when isBegin && Said(at, step) is { } value:
                    walk = walk.Knowing(step.Slot, value);
                    to = Next(walk.Of.Flow, step);
                    break;
                case StepKind.Verify when at.Memory.VerifiedUntil > at.Now:
                    to = step.Exit("ok") ?? Below(walk.Of.Flow, step);
                    break;
                case StepKind.Verify:
                    return walk.Calling(new ActionCall(ActionNames.SendCode, new Dictionary<string, string>()));
                case StepKind.Call:
                    return walk.Calling(new ActionCall(step.Action!, (step.Arguments ?? new Dictionary<string, string>()).ToDictionary(pair => pair.Key, pair => walk.Fill(pair.Value))));
                case StepKind.Person:
                    return Give(at, walk, walk.Fill(step.Text));
                case StepKind.End:
                    return Finish(at, step.Text is null ? walk : walk.Saying(Say(walk.Fill(step.Text), walk.Of)));
                default:
                    var (prompt, offers) = Prompt(at, walk.Of, step, walk);
                    return walk.Saying(prompt).Waiting(offers);
            }
        }
        return Finish(at, walk);
    }

    private static Thought Verifying(Situation at, FlowWalk walk, FlowStep step, ActionAnswer answer)
    {
        switch (answer.Outcome)
        {
            case ActionOutcome.Ok:
                walk = walk with { Memory = walk.Memory with { VerifiedUntil = at.Now + (30 * 60_000), Code = null } };
                return Walk(at with { Memory = walk.Memory }, walk, step.Exit("ok") ?? Below(walk.Of.Flow, step));
            case ActionOutcome.Waits:
                walk = walk with { Memory = walk.Memory with { Code = answer.Code } };
                return walk.Saying(Say(at.Text(answer.Say ?? "bot_code_sent", answer.Values.GetValueOrDefault("to")), walk.Of)).Waiting([]);
            default:
                walk = walk with { Memory = walk.Memory with { Code = null } };
                return step.Exit("failed") is { } exit ? Walk(at, walk.Saying(Say(at.Text(answer.Say ?? "bot_code_failed"), walk.Of)), exit) : Give(at, walk, null);
        }
    }

    private static Thought AskAgain(Situation at, PublishedFlow flow, FlowStep step, FlowRun run)
    {
        var walk = new FlowWalk(flow, at.Memory, []);
        if (run.Asked >= step.Retries)
            return Give(at, walk, null, HandOverReason.Failing);
        var (prompt, offers) = Prompt(at, flow, step, walk);
        var again = step.Retry is { } retry ? walk.Fill(retry) : at.Text("bot_not_understood") + prompt.Text;
        walk = walk with { Memory = at.Memory with { Flow = run with { Asked = run.Asked + 1 } } };
        return walk.Saying(prompt with { Text = again }).Waiting(offers);
    }

    private static Thought Give(Situation at, FlowWalk walk, string? why, string reason = HandOverReason.Flow)
    {
        var thought = Leaving.ToPeople(at with { Memory = walk.Memory }, reason, "flow", why is { Length: > 0 } ? $"{walk.Of.Flow.Title}: {why}" : null);
        var entry = Knowing.Brain.FlowPrefix + walk.Of.Flow.Key; // the books say which flow ended with a person, also one that had said nothing yet
        return thought with { Words = [.. walk.Words, .. thought.Words.Select(said => said with { Part = said.Part with { Entry = entry } })] };
    }

    /// <summary>The flow is over: what was left for it goes on.</summary>
    private static Thought Finish(Situation at, FlowWalk walk)
    {
        var memory = walk.Memory with { Flow = null, Offers = [] };
        if (memory.Paused is [.., var left] && at.Flows.Find(left.Flow, left.Version) is { } flow && flow.Flow.Step(left.Step) is { } step)
        {
            memory = memory with { Flow = left, Paused = [.. memory.Paused.SkipLast(1)] };
            var (prompt, offers) = Prompt(at, flow, step, new(flow, memory, []));
            return new Thought([.. walk.Words, prompt with { Text = at.Text("bot_return") + "\n" + prompt.Text }], memory with { Offers = offers }) { Path = "flow" };
        }
        return new Thought(walk.Words.Count > 0 ? walk.Words : [Say(at.Text("bot_fine"), walk.Of)], memory with { Paused = [] }) { Path = "flow" };
    }

    private static (BotUtterance, IReadOnlyList<Offer>) Prompt(Situation at, PublishedFlow flow, FlowStep step, FlowWalk walk)
    {
        IReadOnlyList<Offer> offers = step.Kind switch
        {
            StepKind.Choose => [.. step.Choices!.Select(choice => new Offer(OfferIds.Choice + choice, walk.Fill(choice)))],
            StepKind.Confirm => [new(OfferIds.Yes, at.Text("bot_confirm_yes")), new(OfferIds.No, at.Text("bot_confirm_no"))],
            _ => [],
        };
        var text = step.Kind == StepKind.Verify ? at.Text(at.Memory.Code is { Id: var id } && id != Guid.Empty ? "bot_code_enter" : OneTimeCodes.WhichOf(at.Profile.Codes)) : walk.Fill(step.Text);
        return (Say(text, flow, Mind.Buttons(offers)), offers);
    }

    /// <summary>What the customer said already when they asked for the flow: an order number need not be asked again.</summary>
    private static string? Said(Situation at, FlowStep step) =>
        step.Type is null or SlotType.Text or SlotType.Yes or SlotType.Number ? null : SlotReader.Read(step.Type, at.Said, At(at.Now));

    private static string? Choice(Situation at, FlowStep step, Offer? offered)
    {
        if (offered?.Id.StartsWith(OfferIds.Choice, StringComparison.Ordinal) == true)
            return offered.Text;
        var said = TextFolding.Fold(at.Said);
        var named = at.Memory.Offers.Where(offer => said.Contains(TextFolding.Fold(offer.Text), StringComparison.Ordinal)).ToList();
        return named.Count == 1 ? named[0].Text : null;
    }

    private static bool? Confirmed(string said, Offer? offered) => offered?.Id switch
    {
        OfferIds.Yes => true,
        OfferIds.No => false,
        _ => SlotReader.Read(SlotType.Yes, said, default) switch { "yes" => true, "no" => false, _ => null },
    };

    /// <summary>A free text could be anything: only a clear question counts as one.</summary>
    private static bool IsDigression(Situation at, FlowStep step) =>
        step.Type is null or SlotType.Text && at.Reply() is { Kind: ReplyKind.Answer, Score: >= Digression };

    private static BotUtterance Say(string text, PublishedFlow flow, IReadOnlyList<BotButton>? buttons = null) =>
        new(text, new BotPart(BotSays.Flow, "offline") { Entry = Knowing.Brain.FlowPrefix + flow.Flow.Key, Buttons = buttons is { Count: > 0 } ? buttons : null });

    private static string? Next(BotFlow flow, FlowStep step) => step.Exit("next") ?? Below(flow, step);

    private static string? Below(BotFlow flow, FlowStep step)
    {
        var index = flow.Steps.ToList().IndexOf(step);
        return index + 1 < flow.Steps.Count ? flow.Steps[index + 1].Id : null;
    }

    private static DateTimeOffset At(long now) => DateTimeOffset.FromUnixTimeMilliseconds(now);
}
