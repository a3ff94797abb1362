using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Architecture;

/// <summary>Habits that a reviewer would have to look for in every change (style.md §3).</summary>
public sealed class HabitTests
{
    private const int MostCSharp = 400;
    private const int MostVue = 250;

    /// <summary>Files that are longer, and how long. Numbers here only ever become smaller.</summary>
    private static readonly Dictionary<string, int> TooLong = [];

    /// <summary>Calls that are wrong wherever they stand.</summary>
    private static readonly Dictionary<string, string> Banned = new()
    {
        ["System.DateTime::get_Now"] = "the injected TimeProvider knows",
        ["System.DateTime::get_UtcNow"] = "the injected TimeProvider knows",
        ["System.DateTime::get_Today"] = "the injected TimeProvider knows",
        ["System.DateTimeOffset::get_Now"] = "the injected TimeProvider knows",
        ["System.DateTimeOffset::get_UtcNow"] = "the injected TimeProvider knows",
        ["System.Threading.Tasks.Task`1::get_Result"] = "blocks a thread",
        ["System.Threading.Tasks.ValueTask`1::get_Result"] = "blocks a thread, or breaks",
        ["System.Threading.Tasks.Task::Wait"] = "blocks a thread",
        ["System.Runtime.CompilerServices.AsyncVoidMethodBuilder::Create"] = "async void: its exception ends the process",
        ["System.Threading.Thread::Sleep"] = "blocks a thread",
    };

    /// <summary>Where one of them is right.</summary>
    private static readonly Dictionary<(string Type, string Call), string> Excused = [];

    [Fact]
    public void Files_stay_short()
    {
        var wrong = new List<string>();
        var listed = new Dictionary<string, int>(TooLong);
        foreach (var (file, most) in Files("*.cs", "src", "tests", "bench").Select(file => (file, MostCSharp)).Concat(Files("*.vue", "console/src", "widget/src").Select(file => (file, MostVue))))
        {
            var lines = File.ReadLines(Path.Combine(Repository.Root, file)).Count();
            var isListed = listed.Remove(file, out var allowed);
            if (lines > Math.Max(most, allowed))
                wrong.Add($"{file} has {lines} lines; {(isListed ? $"it had {allowed} and may only shrink" : $"{most} are enough")}");
            else if (isListed && lines < allowed)
                wrong.Add($"{file} has only {lines} lines left: write {(lines > most ? lines.ToString(System.Globalization.CultureInfo.InvariantCulture) : "nothing")} instead of {allowed}");
        }
        wrong.AddRange(listed.Keys.Select(file => $"{file} is gone: take it off the list"));
        Assert.True(wrong.Count == 0, "\n" + string.Join('\n', wrong));
    }

    /// <summary>A pattern that looks back can be made to run for years by whoever writes the text.</summary>
    [Fact]
    public void Every_regular_expression_is_non_backtracking_or_has_a_time_out()
    {
        // Queqiao.Text has some without, for texts that its callers cut to a length first; they are not looked at yet.
        var made = Files("*.cs", "src").Where(file => !file.StartsWith("src/Queqiao.Text/", StringComparison.Ordinal)).SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, file)).Select((line, i) => (Place: $"{file}:{i + 1}", Line: line)))
            .Where(one => one.Line.Contains("[GeneratedRegex(", StringComparison.Ordinal) || one.Line.Contains("new Regex(", StringComparison.Ordinal)
                || System.Text.RegularExpressions.Regex.IsMatch(one.Line, @"(?<![\w.])Regex\.(Is|Replace|Split|Match|Count|Enumerate)")).ToList();
        Assert.True(made.Count >= 8, "the expressions are no longer found");
        var wrong = made.Where(one => !one.Line.Contains("NonBacktracking", StringComparison.Ordinal) && !one.Line.Contains("matchTimeoutMilliseconds", StringComparison.Ordinal) && !one.Line.Contains("TimeSpan.From", StringComparison.Ordinal)).Select(one => one.Place).ToList();
        Assert.True(wrong.Count == 0, "\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void Nobody_asks_the_wall_clock_blocks_a_thread_or_writes_async_void()
    {
        var types = CompiledCode.Of(typeof(Program).Assembly);
        var wrong = types.Where(type => type.Namespace.StartsWith("Queqiao.", StringComparison.Ordinal))
            .SelectMany(type => type.Calls.Where(Banned.ContainsKey).Select(call => (type.Name, Call: call)))
            .Where(found => !Excused.ContainsKey(found))
            .Select(found => $"{found.Name} calls {found.Call}: {Banned[found.Call]}").ToList();
        Assert.True(wrong.Count == 0, "\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void The_check_sees_what_it_forbids()
    {
        var calls = CompiledCode.Of(typeof(HabitTests).Assembly).Single(type => type.Name.EndsWith(".Offender", StringComparison.Ordinal)).Calls;
        Assert.Equal(Banned.Keys.Where(call => call != "System.Threading.Thread::Sleep").Order(StringComparer.Ordinal), calls.Where(Banned.ContainsKey).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Files(string pattern, params string[] folders) =>
        from folder in folders
        let path = Path.Combine(Repository.Root, folder)
        where Directory.Exists(path)
        from file in Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where !name.Split('/').Any(part => part is "obj" or "bin" or "node_modules" or "dist")
        select name;
}

#pragma warning disable xUnit1031, CA2012, CA1849, CS1998
/// <summary>Does everything that is forbidden, so that the check is seen to find it. Never run.</summary>
internal static class Offender
{
    public static object[] Clock() => [DateTime.Now, DateTime.UtcNow, DateTime.Today, DateTimeOffset.Now, DateTimeOffset.UtcNow];

    public static int Block(Task<int> task, ValueTask<int> value)
    {
        task.Wait();
        return task.Result + value.Result;
    }

    public static async void Forget()
    {
    }
}
#pragma warning restore xUnit1031, CA2012, CA1849, CS1998
