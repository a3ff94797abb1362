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

    /// <summary>What each kind can, beside each other: what a provider allows and we lack is named above the table by hand.</summary>
    [Fact]
    public async Task The_overview_is_what_adapters_say()
    {
        var path = Path.Combine(Repository.Root, "docs", "channels", "README.md");
        var page = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        var made = page.Split(Mark)[0].TrimEnd() + "\n\n" + Mark + "\n" + await Overview();
        if (Environment.GetEnvironmentVariable("QUEQIAO_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(path, made);
        else
            Assert.Equal(page, made);
    }

    private static async Task<string> Overview()
    {
        var text = new StringBuilder("\n| kind | types in | media in / out | text | cards | templates | typing, read marks out | receipts | edits out / in | recalls out / in | signs out / in | follow | token | errors | rates |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var suite in Suites.All.Values.OrderBy(suite => suite.Kind, StringComparer.Ordinal))
        {
            var (adapter, about) = (suite.Adapter, suite.Adapter.Descriptor);
            var types = new HashSet<string>(StringComparer.Ordinal);
            foreach (var fixture in Fixture.Of(suite.Kind))
                types.UnionWith((await suite.Kinds(fixture)).Select(pair => pair.Type));
            string Yes(Abilities ability, string sign = "✓") => about.Can(ability) ? sign : "–";
            string Names(params (Abilities Ability, string Name)[] all) => string.Join(", ", all.Where(one => about.Can(one.Ability)).Select(one => one.Name)) is { Length: > 0 } names ? names : "–";
            string[] cells =
            [
                $"[{suite.Kind}]({suite.Kind}.md)", types.Count.ToString(CultureInfo.InvariantCulture),
                $"{(adapter is IMediaChannel ? "✓" : "–")} / {Names((Abilities.Image, "image"), (Abilities.Voice, "voice"), (Abilities.Video, "video"), (Abilities.File, "file"), (Abilities.Sticker, "sticker"))}",
                about.Can(Abilities.Text) ? Limit(about.Limits.Text).Split(" · ")[0] : "–", Yes(Abilities.Cards), Yes(Abilities.Templates), Names((Abilities.Typing, "typing"), (Abilities.ReadMarks, "read")),
                Names((Abilities.SeesDelivered, "delivered"), (Abilities.SeesRead, "read")), $"{Yes(Abilities.Edit)} / {Yes(Abilities.SeesEdits)}", $"{Yes(Abilities.Recall)} / {Yes(Abilities.SeesRecalls)}",
                $"{Yes(Abilities.React)} / {Yes(Abilities.SeesReactions)}", Yes(Abilities.Follows),
                (suite.FetchesToken ? "fetched" : "given") + (adapter is IRenewedChannel ? ", renewed" : "") + (adapter is IAuthorisedChannel ? ", authorised" : ""),
                about.Errors.Count().ToString(CultureInfo.InvariantCulture), about.Limits.Rates.Count > 0 ? "known" : "as told",
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }
        return text.ToString();
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
