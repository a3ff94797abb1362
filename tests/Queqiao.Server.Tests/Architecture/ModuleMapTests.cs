namespace Queqiao.Server.Tests.Architecture;

/// <summary>
/// The map of modules, read from the compiled code: a module uses the front doors (types directly in <c>Queqiao.Server.X</c>)
/// that are listed for it, and nothing behind anybody's door.
/// </summary>
public sealed class ModuleMapTests
{
    private const string Root = "Queqiao.Server";

    /// <summary>Everybody may use these; of Platform everything, for it has no inside: it knows no capability.</summary>
    private static readonly string[] Common = ["Platform", "Identity", "Compliance"];

    /// <summary>Who may use whom. A module that is not here fails the test: it needs a line, and somebody who agrees.</summary>
    private static readonly Dictionary<string, string[]> Map = new()
    {
        ["Platform"] = [],
        ["Compliance"] = [],
        ["Identity"] = [],
        ["CustomFields"] = [],
        ["Contacts"] = ["CustomFields"],
        ["Knowledge"] = [],
        ["Conversations"] = ["Contacts", "CustomFields"],
        ["CustomerData"] = ["Contacts", "Conversations"],
        ["Background"] = ["Conversations"],
        ["Pushing"] = ["Conversations"],
        ["Channels"] = ["Conversations", "Contacts", "CustomerData"],
        ["ServiceLevels"] = ["Conversations"],
        ["Tickets"] = ["Conversations", "Contacts", "ServiceLevels"],
        ["Routing"] = ["Conversations", "ServiceLevels"],
        ["Bot"] = ["Conversations", "Knowledge", "Routing", "Tickets", "Contacts", "CustomerData"],
        ["Assist"] = ["Conversations", "Knowledge"],
        ["Telephony"] = ["Conversations", "Contacts", "Routing"],
        ["Quality"] = ["Conversations", "Tickets", "Telephony"],
        ["Automation"] = ["Conversations", "Contacts", "Routing", "Tickets", "Channels"],
        ["Analytics"] = ["Conversations", "Contacts", "Channels", "Tickets", "Routing", "ServiceLevels", "Bot", "Telephony", "Quality", "Automation"],
    };

    /// <summary>No modules of their own: they put the others together, through their front doors.</summary>
    private static readonly Dictionary<string, string> Composing = new()
    {
        ["Cli"] = "the command line opens the store and does what an administrator asks of a module",
        ["Demo"] = "plays the customers and colleagues of a shop",
    };

    /// <summary>What still reaches behind a door, and why. Lines here only ever go.</summary>
    private static readonly Dictionary<(string From, string Namespace), string> Behind = new()
    {
        [("Demo", "Queqiao.Server.Conversations.Log")] = "seeds what colleagues said as well; agents have no front door to talk through yet",
    };

    [Fact]
    public void Modules_use_each_other_along_the_map_and_through_front_doors()
    {
        var wrong = Violations(Map).Order(StringComparer.Ordinal).ToList();
        Assert.True(wrong.Count == 0, "\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void The_map_and_the_code_have_no_cycle()
    {
        Assert.Null(CycleIn(Map));
        var used = Uses().Where(use => !Composing.ContainsKey(use.From) && !use.InTables).GroupBy(use => use.From).ToDictionary(group => group.Key, group => group.Select(use => use.To).Distinct().ToArray());
        Assert.Null(CycleIn(used));
    }

    [Fact]
    public void Exemptions_that_nobody_needs_any_more_are_taken_off() =>
        Assert.All(Behind.Keys, one => Assert.Contains(Uses(), use => (use.From, use.Namespace) == one));

    [Fact]
    public void The_check_finds_what_it_is_there_for()
    {
        Assert.Contains(Violations(new(Map) { ["Conversations"] = [] }), line => line.Contains("Conversations may not use Contacts", StringComparison.Ordinal));
        var withoutContacts = new Dictionary<string, string[]>(Map);
        withoutContacts.Remove("Contacts");
        Assert.Contains(Violations(withoutContacts), line => line.Contains("Contacts is not on the map", StringComparison.Ordinal));
        Assert.Equal("a > b > c > a", CycleIn(new() { ["a"] = ["b"], ["b"] = ["c"], ["c"] = ["a"] }));
        Assert.True(Uses().Count() > 50, "the reader of compiled code sees too little");
        Assert.False(IsFrontDoor("Queqiao.Server.Conversations.Live"));
    }

    private sealed record Used(string By, string From, string Type, string Namespace, string To, bool InTables);

    private static IEnumerable<string> Violations(Dictionary<string, string[]> map)
    {
        foreach (var module in CompiledCode.Of(typeof(Program).Assembly).Select(type => ModuleOf(type.Namespace)).OfType<string>().Distinct())
        {
            if (!map.ContainsKey(module) && !Composing.ContainsKey(module))
                yield return $"{module} is not on the map";
        }
        foreach (var use in Uses())
        {
            // Foreign keys name entities of others, and only the description of a table can say so.
            if (use.InTables && use.Namespace == $"{Root}.{use.To}.Storage")
                continue;
            if (Behind.ContainsKey((use.From, use.Namespace)))
                continue;
            if (use.To != "Platform" && !IsFrontDoor(use.Namespace))
                yield return $"{use.By} reaches behind the door of {use.To}: {use.Type}";
            else if (!Composing.ContainsKey(use.From) && !Allowed(map, use.From).Contains(use.To))
                yield return $"{use.From} may not use {use.To}: {use.By} uses {use.Type}";
        }
    }

    private static IEnumerable<string> Allowed(Dictionary<string, string[]> map, string module) => module switch
    {
        "Platform" => [],
        "Compliance" => ["Platform"],
        "Identity" => ["Platform", "Compliance"],
        _ => map.GetValueOrDefault(module, []).Concat(Common),
    };

    private static IEnumerable<Used> Uses() =>
        from type in CompiledCode.Of(typeof(Program).Assembly)
        let module = ModuleOf(type.Namespace)
        where module is not null
        from used in type.Uses
        let other = ModuleOf(used.Namespace)
        where other is not null && other != module
        select new Used(type.Name, module, used.Name, used.Namespace, other, type.Interfaces.Any(face => face.EndsWith(".IEntityTypeConfiguration`1", StringComparison.Ordinal)));

    /// <summary>Null: not ours, or the composition root (Program has no namespace).</summary>
    private static string? ModuleOf(string place) => place.StartsWith(Root + ".", StringComparison.Ordinal) ? place.Split('.')[2] : null;

    private static bool IsFrontDoor(string place) => place.Split('.').Length == 3;

    private static string? CycleIn(Dictionary<string, string[]> graph)
    {
        var done = new HashSet<string>();
        return graph.Keys.Select(start => Walk(start, [])).FirstOrDefault(cycle => cycle is not null);

        string? Walk(string at, List<string> way)
        {
            if (way.IndexOf(at) is >= 0 and var begins)
                return string.Join(" > ", way[begins..].Append(at));
            if (done.Contains(at))
                return null;
            foreach (var next in graph.GetValueOrDefault(at, []).Where(next => next != at))
            {
                if (Walk(next, [.. way, at]) is { } cycle)
                    return cycle;
            }
            done.Add(at);
            return null;
        }
    }
}
