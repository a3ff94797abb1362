using System.Text;
using System.Text.RegularExpressions;

namespace Queqiao.Server.Bot.Flows;

/// <summary>A line of a flow's text that is not understood.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Code">Of the message.</param>
internal sealed record FlowFault(int Line, string Code, string? Argument = null);

/// <summary>The text form of a flow (docs/bot-flows.md) to the flow and back. What is written and read again is the same.</summary>
internal static partial class FlowText
{
    public const int MostText = 100_000;

    public static (BotFlow Flow, IReadOnlyList<FlowFault> Faults) Read(string text)
    {
        var (key, title, language) = ("", "", "zh");
        List<string> when = [];
        List<FlowStep> steps = [];
        List<FlowFault> faults = [];
        FlowStep? step = null;
        var lines = text.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var (word, rest) = Cut(line);
            switch (word)
            {
                case "flow" when step is null: key = rest; break;
                case "title" when step is null: title = rest; break;
                case "language" when step is null: language = rest; break;
                case "when" when step is null: when.AddRange(Parts(rest)); break;
                case "step":
                    Keep();
                    step = new FlowStep(rest, "");
                    break;
                default:
                    if (step is null)
                        faults.Add(new(i + 1, "flow_line_unknown", word));
                    else if (Line(step, word, rest, line) is { } next)
                        step = next;
                    else
                        faults.Add(new(i + 1, "flow_line_unknown", word));
                    break;
            }
        }
        Keep();
        return (new BotFlow(key, title.Length > 0 ? title : key, language, when, steps), faults);

        void Keep()
        {
            if (step is not null)
                steps.Add(step);
        }
    }

    private static FlowStep? Line(FlowStep step, string word, string rest, string line)
    {
        if (Exit().Match(line) is { Success: true } exit)
            return step with { Exits = new Dictionary<string, string>(step.Exits) { [exit.Groups[1].Value is { Length: > 0 } name ? name : "next"] = exit.Groups[2].Value } };
        return word switch
        {
            StepKind.Say or StepKind.Person or StepKind.End or StepKind.Confirm => step with { Kind = word, Text = Open(rest) is { Length: > 0 } said ? said : null },
            StepKind.Verify => step with { Kind = word },
            StepKind.Ask when Ask().Match(rest) is { Success: true } ask => step with { Kind = word, Slot = ask.Groups[1].Value, Type = ask.Groups[2].Success ? ask.Groups[2].Value : SlotType.Text, Text = Open(ask.Groups[3].Value) },
            StepKind.Choose or StepKind.Set when Named().Match(rest) is { Success: true } named => step with { Kind = word, Slot = named.Groups[1].Value, Text = Open(named.Groups[2].Value) },
            "|" => step with { Choices = [.. step.Choices ?? [], .. Parts(rest)] },
            "retry" when Retry().Match(rest) is { Success: true } retry => step with
            {
                Retries = retry.Groups[1].Success ? int.Parse(retry.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : step.Retries, Retry = Open(retry.Groups[2].Value),
            },
            StepKind.Call when Call().Match(rest) is { Success: true } call => step with { Kind = word, Action = call.Groups[1].Value, Slot = call.Groups[3].Success ? call.Groups[3].Value : null, Arguments = Arguments(call.Groups[2].Value) },
            StepKind.If when Test().Match(rest) is { Success: true } test => step with { Kind = word, Test = new FlowTest(test.Groups[1].Value.Trim(), test.Groups[2].Value, test.Groups[3].Value.Trim()) },
            _ => null,
        };
    }

    public static string Write(BotFlow flow)
    {
        var text = new StringBuilder();
        text.Append("flow ").Append(flow.Key).Append("\ntitle ").Append(flow.Title).Append("\nlanguage ").Append(flow.Language);
        if (flow.When.Count > 0)
            text.Append("\nwhen ").AppendJoin(" | ", flow.When);
        foreach (var step in flow.Steps)
        {
            text.Append("\n\nstep ").Append(step.Id).Append("\n  ").Append(Head(step));
            if (step.Choices is { Count: > 0 } choices)
                text.Append("\n  | ").AppendJoin(" | ", choices);
            if (step.Retry is not null)
                text.Append("\n  retry ").Append(step.Retries).Append(": ").Append(Close(step.Retry));
            foreach (var (name, to) in step.Exits.OrderBy(exit => exit.Key, StringComparer.Ordinal))
                text.Append("\n  ").Append(name == "next" ? "" : name + " ").Append("-> ").Append(to);
        }
        return text.Append('\n').ToString();
    }

    private static string Head(FlowStep step) => step.Kind switch
    {
        StepKind.Ask => $"ask {step.Slot} as {step.Type ?? SlotType.Text}: {Close(step.Text)}",
        StepKind.Choose or StepKind.Set => $"{step.Kind} {step.Slot}: {Close(step.Text)}",
        StepKind.Call => $"call {step.Action}({string.Join(", ", (step.Arguments ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}"))}){(step.Slot is null ? "" : " as " + step.Slot)}",
        StepKind.If => $"if {step.Test?.Left} {step.Test?.Is} {step.Test?.Right}",
        StepKind.Verify => "verify",
        _ => $"{step.Kind} {Close(step.Text)}".TrimEnd(),
    };

    private static (string Word, string Left) Cut(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
    }

    private static string[] Parts(string text) => text.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A text of several lines stands on one.</summary>
    private static string Open(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal);

    private static string Close(string? text) => (text ?? "").Replace("\n", "\\n", StringComparison.Ordinal);

    private static Dictionary<string, string> Arguments(string text)
    {
        var arguments = new Dictionary<string, string>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
                arguments[part[..at].Trim()] = part[(at + 1)..].Trim();
        }
        return arguments;
    }

    [GeneratedRegex(@"^(?:([a-z_]+)\s+)?->\s*([\p{L}\p{N}_]+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exit();

    [GeneratedRegex(@"^([\p{L}\p{N}_]+)(?:\s+as\s+([a-z_]+))?\s*[:：]\s*(.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ask();

    [GeneratedRegex(@"^([\p{L}\p{N}_]+)\s*[:：]\s*(.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"^(?:([0-5]))?\s*[:：]\s*(.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Retry();

    [GeneratedRegex(@"^([a-z0-9_]+)\s*\(([^)]*)\)(?:\s+as\s+([\p{L}\p{N}_]+))?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();

    [GeneratedRegex(@"^(.+?)\s+(=|!=|<|>|has)\s+(.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Test();
}
