using System.Globalization;
using System.Text;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Tests.Support;

/// <summary>
/// The second half of each page in docs/channels is made of what the adapter says and of what its fixtures become, so it
/// is true. QUEQIAO_WRITE_DOCS=1 writes it anew; otherwise the pages are compared.
/// </summary>
public class DocumentationTests
{
    private const string Mark = "<!-- What follows is written by DocumentationTests: QUEQIAO_WRITE_DOCS=1 dotnet test tests/Queqiao.Channels.Tests -->";

    [Fact]
    public async Task Every_page_is_what_adapters_say_and_fixtures_become()
    {
        var wrong = new List<string>();
        foreach (var suite in Suites.All.Values.OrderBy(suite => suite.Kind, StringComparer.Ordinal))
        {
            var path = Path.Combine(Repository.Root, "docs", "channels", suite.Kind + ".md");
            if (!File.Exists(path))
            {
                wrong.Add($"{suite.Kind}.md is missing");
                continue;
            }
            var page = await File.ReadAllTextAsync(path);
            var made = page.Split(Mark)[0].TrimEnd() + "\n\n" + Mark + "\n" + await Made(suite);
            if (Environment.GetEnvironmentVariable("QUEQIAO_WRITE_DOCS") == "1")
                await File.WriteAllTextAsync(path, made);
            else if (page != made)
                wrong.Add($"{suite.Kind}.md differs from what the adapter says or the fixtures become");
        }
        Assert.True(wrong.Count == 0, "\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void Every_adapter_of_the_library_has_its_suite_and_its_own_name()
    {
        var adapters = ChannelCatalogue.All.Select(adapter => adapter.Descriptor.Kind).ToList();
        Assert.Equal(adapters.Order(StringComparer.Ordinal), Suites.All.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(adapters.Count, adapters.Distinct().Count());
        Assert.All(adapters, kind => Assert.NotNull(ChannelCatalogue.Find(kind)));
    }

    [Fact]
    public void Every_fixture_lies_in_its_index()
    {
        foreach (var kind in Suites.All.Keys)
        {
            var files = Directory.GetFiles(Path.Combine(Repository.Fixtures, kind)).Select(Path.GetFileName).Where(file => file != "index.json").Order(StringComparer.Ordinal);
            Assert.Equal(files, Fixture.Of(kind).Select(fixture => fixture.File).Order(StringComparer.Ordinal));
        }
    }

    private static async Task<string> Made(AdapterCompliance suite)
    {
        var about = suite.Adapter.Descriptor;
        var text = new StringBuilder();
        text.Append($"\n## What comes in · 收到的内容\n\n| kind · 归类 | provider's type · 平台类型 | payload · 样例 | source · 出处 |\n|---|---|---|---|\n");
        foreach (var fixture in Fixture.Of(suite.Kind))
        {
            var kinds = await suite.Kinds(fixture);
            text.Append($"| {string.Join(", ", kinds.Select(pair => pair.Kind).Distinct())} | {string.Join(", ", kinds.Select(pair => "`" + pair.Type + "`").Distinct())} | [{fixture.File}](../../tests/Queqiao.Channels.Tests/fixtures/{suite.Kind}/{fixture.File}) | [link]({fixture.Source}) |\n");
        }
        text.Append("\n## Settings · 设置\n\n| key | 中文 | English | |\n|---|---|---|---|\n");
        foreach (var field in about.Settings)
            text.Append($"| `{field.Key}` | {field.Label.Zh}{(field.Help is null ? "" : "：" + field.Help.Zh)} | {field.Label.En}{(field.Help is null ? "" : ": " + field.Help.En)} | {string.Join(", ", new[] { field.Required ? "required" : "", field.IsSecret ? "secret" : "" }.Where(word => word.Length > 0))} |\n");
        text.Append("\n## Limits · 限制\n\n");
        text.Append($"- Can · 能力: {about.Abilities}\n- Text · 文本: {Limit(about.Limits.Text)}; delivery · 回调 ≤ {about.Limits.Body / 1024} KiB\n");
        foreach (var (kind, size) in about.Limits.Media)
            text.Append(CultureInfo.InvariantCulture, $"- {kind}: {size / 1024} KiB\n");
        foreach (var rate in about.Limits.Rates)
            text.Append(CultureInfo.InvariantCulture, $"- Rate · 频率: {rate.Messages} / {rate.Per} per {rate.Scope}\n");
        text.Append(about.Window.IsAlwaysOpen ? "- Window · 时限: none · 无\n" : string.Concat(about.Window.Rules.Select(Rule)) + $"- After the window · 时限之后: {about.Window.After}\n");
        text.Append("\n## Errors · 错误\n\n| code | class | 中文 | English |\n|---|---|---|---|\n");
        foreach (var rule in about.Errors)
            text.Append($"| {string.Join(", ", rule.Codes)} | {rule.Class} | {rule.Reason.Zh} | {rule.Reason.En} |\n");
        return text.ToString();
    }

    private static string Limit(TextLimit limit) => limit.Most == int.MaxValue ? "–" : $"{limit.Most} {limit.Unit switch { TextUnit.Utf8 => "bytes · 字节", TextUnit.CodePoints => "code points · 码点", _ => "UTF-16 units" }}";

    private static string Rule(WindowRule rule) => $"- Window · 时限: after · 触发 {rule.Trigger}: {(rule.Messages is null ? "any number · 不限条数" : rule.Messages + " messages · 条")}, {rule.Length}{(rule.Tag is null ? "" : " (" + rule.Tag + ")")}\n";
}
