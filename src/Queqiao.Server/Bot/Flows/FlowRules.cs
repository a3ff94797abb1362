using System.Text.RegularExpressions;
using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Bot.Flows;

/// <summary>What must hold of a flow before customers meet it.</summary>
internal static partial class FlowRules
{
    private const int MostSteps = 100;
    private const int MostText = 2000;

    /// <param name="actions">By key; null: not known here.</param>
    public static IEnumerable<(string Field, FieldFault Fault)> Faults(BotFlow flow, IReadOnlyDictionary<string, ActionDefinition>? actions)
    {
        if (!Keys().IsMatch(flow.Key))
            yield return ("key", new("flow_key_wrong"));
        if (string.IsNullOrWhiteSpace(flow.Title) || flow.Title.Length > 100)
            yield return ("title", new("required"));
        if (flow.Language is not "zh" and not "en")
            yield return ("language", new("not_one_of", "zh, en"));
        if (flow.When.Count > 100 || flow.When.Any(phrase => phrase.Length > 200))
            yield return ("when", new("too_many", 100));
        if (flow.Steps.Count is 0 or > MostSteps)
            yield return ("steps", new(flow.Steps.Count == 0 ? "required" : "too_many", MostSteps));
        var ids = flow.Steps.Select(step => step.Id).ToHashSet(StringComparer.Ordinal);
        if (ids.Count != flow.Steps.Count)
            yield return ("steps", new("flow_step_twice"));
        foreach (var fault in flow.Steps.SelectMany(step => OfStep(step, ids)).Concat(actions is null ? [] : OfCalls(flow, actions)))
            yield return fault;
        foreach (var lost in flow.Steps.Where(step => !Reached(flow).Contains(step.Id)))
            yield return ($"steps.{lost.Id}", new("flow_step_unreachable"));
    }

    private static IEnumerable<(string, FieldFault)> OfStep(FlowStep step, HashSet<string> ids)
    {
        var at = $"steps.{step.Id}";
        if (!Keys().IsMatch(step.Id))
            yield return (at, new("flow_key_wrong"));
        if (!StepKind.All.Contains(step.Kind))
            yield return (at, new("not_one_of", string.Join(", ", StepKind.All)));
        if (step.Kind is StepKind.Say or StepKind.Ask or StepKind.Choose or StepKind.Confirm && string.IsNullOrWhiteSpace(step.Text))
            yield return (at, new("required"));
        if (step.Text?.Length > MostText || step.Retry?.Length > MostText)
            yield return (at, new("too_long", MostText));
        if (step.Kind is StepKind.Ask or StepKind.Choose or StepKind.Set && string.IsNullOrWhiteSpace(step.Slot))
            yield return (at, new("flow_slot_missing"));
        if (step.Kind == StepKind.Ask && step.Type is { } type && !SlotType.All.Contains(type))
            yield return (at, new("not_one_of", string.Join(", ", SlotType.All)));
        if (step.Kind == StepKind.Choose && step.Choices is not { Count: >= 2 and <= 10 })
            yield return (at, new("flow_choices_wrong"));
        if (step.Kind == StepKind.Call && string.IsNullOrEmpty(step.Action))
            yield return (at, new("flow_action_unknown", ""));
        if (step.Kind == StepKind.If && step.Test is null)
            yield return (at, new("required"));
        foreach (var (name, to) in step.Exits)
        {
            if (!StepKind.ExitsOf(step.Kind).Contains(name))
                yield return (at, new("flow_exit_unknown", name));
            if (!ids.Contains(to))
                yield return (at, new("flow_step_unknown", to));
        }
    }

    /// <summary>An action that changes something is only reached by a "yes".</summary>
    private static IEnumerable<(string, FieldFault)> OfCalls(BotFlow flow, IReadOnlyDictionary<string, ActionDefinition> actions)
    {
        foreach (var step in flow.Steps.Where(step => step.Kind == StepKind.Call && step.Action is { Length: > 0 }))
        {
            if (ActionNames.BuiltIn.Contains(step.Action!))
                continue;
            if (!actions.TryGetValue(step.Action!, out var action))
                yield return ($"steps.{step.Id}", new("flow_action_unknown", step.Action!));
            else if (action.Confirm && flow.Steps.SelectMany(from => Ways(flow, from).Where(way => way.To == step.Id).Select(way => (from, way.Exit))).Any(way => way.from.Kind != StepKind.Confirm || way.Exit != "yes"))
                yield return ($"steps.{step.Id}", new("flow_needs_confirmation", step.Action!));
        }
    }

    private static HashSet<string> Reached(BotFlow flow)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(flow.Steps.Take(1).Select(step => step.Id));
        while (open.TryPop(out var id))
        {
            if (!reached.Add(id) || flow.Step(id) is not { } step)
                continue;
            foreach (var way in Ways(flow, step))
                open.Push(way.To);
        }
        return reached;
    }

    /// <summary>Where a step can lead, also where nothing is said and the one below follows.</summary>
    private static IEnumerable<(string Exit, string To)> Ways(BotFlow flow, FlowStep step)
    {
        foreach (var (name, to) in step.Exits)
            yield return (name, to);
        var usual = step.Kind switch { StepKind.Confirm => "yes", StepKind.Call or StepKind.Verify => "ok", StepKind.If => step.Exit("else") is null ? "else" : "then", StepKind.Person or StepKind.End => null, _ => "next" };
        var index = flow.Steps.ToList().IndexOf(step);
        if (usual is not null && step.Exit(usual) is null && index + 1 < flow.Steps.Count)
            yield return (usual, flow.Steps[index + 1].Id);
    }

    [GeneratedRegex(@"^[\p{L}\p{N}_]{1,60}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Keys();
}
