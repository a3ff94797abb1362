using System.Text.RegularExpressions;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Telemetry;

/// <summary>The dashboard and the alerts that come with the server ask for metrics that it has.</summary>
public sealed partial class DashboardTests
{
    private static readonly string[] Endings = ["", "_total", "_seconds", "_bucket", "_seconds_bucket"];

    [Theory, InlineData("grafana.json"), InlineData("alerts.yml")]
    public void Every_metric_exists(string file)
    {
        var asked = Asked().Matches(File.ReadAllText(Path.Combine(Repository.Root, "deploy", "monitoring", file))).Select(found => found.Value).Distinct().ToList();
        Assert.True(asked.Count >= 5, "the pattern no longer finds the metrics");
        var known = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Queqiao.Server"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(source => Instrument().Matches(File.ReadAllText(source))).Select(found => found.Groups[1].Value.Replace('.', '_'))
            .SelectMany(name => Endings.Select(ending => name + ending)).ToHashSet();
        Assert.All(asked, name => Assert.Contains(name, known));
    }

    [GeneratedRegex(@"queqiao_[a-z_]+")]
    private static partial Regex Asked();

    [GeneratedRegex("\"(queqiao\\.[a-z._]+)\", \"[^\"]*\"")]
    private static partial Regex Instrument();
}
